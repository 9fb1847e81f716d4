import type { Column } from '../../cells/columns.ts'
import { hasResult, type ComparedCell, type Comparison } from './compare.ts'
import { isSlowerBy } from './gate.ts'
import { stepNs } from './ratio.ts'
import { valueOf } from './work.ts'

/** A cell of the comparison in one of the runs; the first run's rows have no ratio. */
interface Side {
  readonly comparison: Comparison
  readonly cell: ComparedCell
  readonly run: number
  /** Of the regression gate. */
  readonly limit: number | undefined
}

const rowIn = ({ cell, run }: Side) => cell.rows[run]
const againstFirst = ({ cell, run }: Side) => (run === 0 ? undefined : cell.against[run - 1])

function comparedWith(side: Side) {
  const against = againstFirst(side)
  return against?.kind === 'compared' ? against : undefined
}

/** Columns that stand in summary.csv as well. */
const copied = (...columns: readonly string[]): Column<Side>[] =>
  columns.map((column) => [
    column,
    (side) => {
      const row = rowIn(side)
      return (row && valueOf(row, column)) || undefined
    },
  ])

/** `status` is `first`, `compared`, `refused`, `no result` or `missing`. */
export const COMPARISON_COLUMNS: readonly Column<Side>[] = [
  ['experiment', ({ cell }) => cell.experiment],
  ['cell', ({ cell }) => cell.cell],
  ['run', ({ comparison, run }) => comparison.runs[run].letter],
  ['run_id', ({ comparison, run }) => comparison.runs[run].id],
  ...copied('layers', 'batch', 'microbatches', 'threads', 'kernel', 'arithmetic', 'optimizer', 'seed'),
  ['blocks', (side) => rowIn(side)?.blocks.length ?? 0],
  [
    'median_ns',
    (side) => {
      const row = rowIn(side)
      return row && hasResult(row) ? stepNs(row.blocks) : undefined
    },
  ],
  ...copied('speedup', 'speedup_ci_low', 'speedup_ci_high'),
  ['first_run_id', ({ comparison }) => comparison.runs[0].id],
  ['ratio', (side) => comparedWith(side)?.ratio],
  ['ratio_ci_low', (side) => comparedWith(side)?.interval?.low],
  ['ratio_ci_high', (side) => comparedWith(side)?.interval?.high],
  ['noise_floor', (side) => (side.run === 0 ? rowIn(side)?.floor : comparedWith(side)?.floor)],
  ['differs', (side) => comparedWith(side)?.differs],
  ['marks', (side) => comparedWith(side)?.marks.join(' ') || undefined],
  [
    'above_limit',
    (side) => {
      const compared = comparedWith(side)
      return compared && side.limit !== undefined ? isSlowerBy(compared, side.limit) : undefined
    },
  ],
  ['status', (side) => againstFirst(side)?.kind ?? (rowIn(side) ? 'first' : 'missing')],
  [
    'reason',
    (side) => {
      const against = againstFirst(side)
      return against && against.kind !== 'compared' ? against.reason : undefined
    },
  ],
]

/** A row per cell and run. */
export const sidesOf = (comparison: Comparison, limit?: number): Side[] =>
  comparison.cells.flatMap((cell) => comparison.runs.map((_, run) => ({ comparison, cell, run, limit })))
