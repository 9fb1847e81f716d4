import type { Row } from '../folder/csv.ts'
import { hasResult, type ComparedCell, type Comparison } from './compare.ts'
import { isSlowerBy } from './gate.ts'
import { stepNs } from './ratio.ts'
import { valueOf } from './work.ts'

/** Of a row per cell and run; the first run's rows have no ratio. */
export const COMPARISON_COLUMNS = [
  'experiment',
  'cell',
  'run',
  'run_id',
  'layers',
  'batch',
  'microbatches',
  'threads',
  'kernel',
  'arithmetic',
  'optimizer',
  'seed',
  'blocks',
  'median_ns',
  'speedup',
  'speedup_ci_low',
  'speedup_ci_high',
  'first_run_id',
  'ratio',
  'ratio_ci_low',
  'ratio_ci_high',
  'noise_floor',
  'differs',
  'marks',
  'above_limit',
  'status',
  'reason',
]

/** Columns that stand in summary.csv as well. */
const COPIED = ['layers', 'batch', 'microbatches', 'threads', 'kernel', 'arithmetic', 'optimizer', 'seed', 'speedup', 'speedup_ci_low', 'speedup_ci_high'] // prettier-ignore

/** The comparison as rows of a file: `status` is `first`, `compared`, `refused`, `no result` or `missing`. */
export const comparisonRows = (comparison: Comparison, limit?: number): Row[] =>
  comparison.cells.flatMap((cell) => comparison.runs.map((_, run) => rowOf(comparison, cell, run, limit)))

function rowOf({ runs }: Comparison, cell: ComparedCell, run: number, limit: number | undefined): Row {
  const row = cell.rows[run]
  const against = run === 0 ? undefined : cell.against[run - 1]
  const compared = against?.kind === 'compared' ? against : undefined
  const copied = COPIED.map((column) => [column, (row && valueOf(row, column)) || undefined] as const)
  return {
    experiment: cell.experiment,
    cell: cell.cell,
    run: runs[run].letter,
    run_id: runs[run].id,
    ...Object.fromEntries(copied),
    blocks: row?.blocks.length ?? 0,
    median_ns: row && hasResult(row) ? stepNs(row.blocks) : undefined,
    first_run_id: runs[0].id,
    ratio: compared?.ratio,
    ratio_ci_low: compared?.interval?.low,
    ratio_ci_high: compared?.interval?.high,
    noise_floor: run === 0 ? row?.floor : compared?.floor,
    differs: compared?.differs,
    marks: compared && compared.marks.length > 0 ? compared.marks.join(' ') : undefined,
    above_limit: compared && limit !== undefined ? isSlowerBy(compared, limit) : undefined,
    status: against ? against.kind : row ? 'first' : 'missing',
    reason: against && against.kind !== 'compared' ? against.reason : undefined,
  }
}
