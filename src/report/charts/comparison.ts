import { numberIn, type CsvRow } from '../folder/read-csv.ts'

/** Rows of summary.csv that did the same work in the same experiment, so that their times can be compared. */
export interface Comparison {
  readonly experiment: string
  readonly layers: string
  readonly batch: string
  readonly rows: readonly CsvRow[]
}

const KEY = ['experiment', 'layers', 'batch', 'optimizer', 'seed']

/** In the order in which the run came to them. */
export function comparisonsOf(summary: readonly CsvRow[]): Comparison[] {
  const groups = groupBy(summary, (row) => KEY.map((column) => row[column]).join(' '))
  return [...groups.values()].map((rows) => {
    const [{ experiment, layers, batch }] = rows
    return { experiment, layers, batch, rows }
  })
}

export const titleOf = ({ experiment, layers, batch }: Comparison): string =>
  `${experiment}: layers ${shortened(layers)}, batch ${batch}`

/** Equal widths in a row are told once: 784-256-256-10 becomes 784-256×2-10. */
const shortened = (layers: string): string =>
  layers.replace(/\b(\d+)(-\1\b)+/g, (run, width: string) => `${width}×${run.split('-').length}`)

/** What cells that differ by their thread count alone have in common: the name without it. */
export const familyOf = (cell: string): string => cell.replace(/-\d+$/, '')

export const threadsOf = (row: CsvRow): number => Number(row.threads)

/**
 * Whether a row is a result: cells that do not match serial, or whose time cannot be, are not drawn as if they were, and
 * a run that was interrupted has cells without a time.
 */
export const isResult = (row: CsvRow): boolean =>
  (row.status === 'ok' || row.status === 'oversubscribed') && numberIn(row, 'median_ns') !== undefined

/** More cells than this are not named one by one. */
const MOST_NAMED = 4

/** The cells that were left out, and why, as a sentence; empty if there are none. */
export function leftOut(rows: readonly CsvRow[]): string {
  const out = rows.filter((row) => !isResult(row))
  if (out.length === 0) return ''
  const named = out.slice(0, MOST_NAMED).map(({ cell, status, median_ns }) => {
    return `${cell} (${median_ns === '' && status !== 'mismatch' && status !== 'not-finite' ? 'not measured' : status})`
  })
  const more = out.length - named.length
  return `Not drawn: ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`
}

/** Whether a cell has more threads than there are cores for. */
export const isOversubscribed = (row: CsvRow, cores: number): boolean => threadsOf(row) > cores

/** As Map.groupBy, which Node 20 does not have: the groups, and what is in them, in the order of the rows. */
export function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}
