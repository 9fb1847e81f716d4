import type { Column, Field } from '../../cells/columns.ts'
import type { Against, Comparison } from './compare.ts'
import { DIFFERS } from './judge.ts'

/** Each cell in each run. */
export const sidesOf = ({ runs, cells }: Comparison) =>
  cells.flatMap((cell) =>
    runs.map((run, i) => {
      const against: Against | undefined = cell.against[i - 1]
      const compared = against?.kind === 'compared' ? against : undefined
      return { cell, run, first: runs[0], row: cell.rows[i], against, compared }
    }),
  )

type Side = ReturnType<typeof sidesOf>[number]

/** Columns that stand in summary.csv as well. */
const copied = (...columns: readonly string[]): Column<Side>[] =>
  columns.map((column) => [column, ({ row }) => fieldOf(row?.fields[column] ?? '')])

/** A number where the text is one. */
function fieldOf(text: string): Field {
  if (text === '') return undefined
  return Number.isNaN(Number(text)) ? text : Number(text)
}

/** `status` is `first`, `compared`, `refused`, `no result` or `missing`. */
export const COMPARISON_COLUMNS: readonly Column<Side>[] = [
  ['experiment', ({ cell }) => cell.experiment],
  ['cell', ({ cell }) => cell.cell],
  ['run', ({ run }) => run.letter],
  ['run_id', ({ run }) => run.id],
  ...copied('layers', 'batch', 'microbatches', 'threads', 'kernel', 'arithmetic', 'optimizer', 'seed'),
  ['blocks', ({ row }) => row?.blocks.length ?? 0],
  ['median_ns', ({ row }) => row?.stepNs],
  ...copied('speedup', 'speedup_ci_low', 'speedup_ci_high'),
  ['first_run_id', ({ first }) => first.id],
  ['ratio', ({ compared }) => compared?.ratio],
  ['ratio_ci_low', ({ compared }) => compared?.interval?.low],
  ['ratio_ci_high', ({ compared }) => compared?.interval?.high],
  ['noise_floor', ({ run, first, row, compared }) => (run === first ? row?.noise : compared?.noise)],
  ['p_corrected', ({ compared }) => compared?.p],
  ['verdict', ({ compared }) => compared?.verdict],
  ['differs', ({ compared }) => compared && DIFFERS[compared.verdict]],
  ['marks', ({ compared }) => compared?.marks.join(' ') || undefined],
  ['above_limit', ({ compared }) => compared?.aboveLimit],
  ['status', ({ against, row }) => against?.kind ?? (row ? 'first' : 'missing')],
  ['reason', ({ against }) => (against && 'reason' in against ? against.reason : undefined)],
]
