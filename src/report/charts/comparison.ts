import { isAgain } from '../../cells/cell.ts'
import { labelOf } from '../../cells/labels.ts'
import { numberIn, type CsvRow } from '../folder/read-csv.ts'

/** Rows of summary.csv that did the same work in the same experiment, so their times can be compared. */
export interface Comparison {
  readonly experiment: string
  readonly layers: string
  readonly batch: string
  readonly rows: readonly CsvRow[]
}

const KEY = ['experiment', 'layers', 'batch', 'optimizer', 'seed']

/** In the order of the run. */
export function comparisonsOf(summary: readonly CsvRow[]): Comparison[] {
  const groups = groupBy(summary, (row) => KEY.map((column) => row[column]).join(' '))
  return [...groups.values()].map((rows) => {
    const [{ experiment, layers, batch }] = rows
    return { experiment, layers, batch, rows }
  })
}

export const titleOf = ({ experiment, layers, batch }: Comparison): string =>
  `${experiment}: layers ${shortened(layers)}, batch ${batch}`

/** 784-256-256-10 becomes 784-256×2-10. */
const shortened = (layers: string): string =>
  layers.replace(/\b(\d+)(-\1\b)+/g, (run, width: string) => `${width}×${run.split('-').length}`)

/** Cells of a family differ in their thread counts alone. */
export const familyOf = (row: CsvRow): string => [labelOf(row), row.microbatches, row.chunks].filter(Boolean).join(' ')

/** What the subtitle of a chart says of the "× 2" in its names. */
export const THREADS_NOTE = '×\u202f2: on two threads.'

/** Names by cell, for rows of one comparison: the split, its microbatches where they vary, and its threads. */
export function namesOf(rows: readonly CsvRow[]): Map<string, string> {
  const labels = groupBy(rows, labelOf)
  return new Map(
    rows.map((row) => {
      const label = labelOf(row)
      if (row.mode === 'serial') return [row.cell, isAgain(row.cell) ? `${label} again` : label]
      const varies = labels.get(label)!.some(({ microbatches }) => microbatches !== row.microbatches)
      const microbatches = varies ? `, ${row.microbatches} microbatches` : ''
      // The narrow space keeps the number beside its sign.
      return [row.cell, `${label}${microbatches} ×\u202f${row.threads}`]
    }),
  )
}

export const threadsOf = (row: CsvRow): number => Number(row.threads)

/** False for cells that do not match serial, have an impossible time, or were not reached before an interruption. */
export const isResult = (row: CsvRow): boolean =>
  (row.status === 'ok' || row.status === 'oversubscribed') && numberIn(row, 'median_ns') !== undefined

/** More cells than this are not named one by one. */
const MOST_NAMED = 4

/** A sentence that names the rows that are no results, with the reason; empty if there are none. */
export function leftOut(rows: readonly CsvRow[]): string {
  const out = rows.filter((row) => !isResult(row))
  if (out.length === 0) return ''
  const named = out.slice(0, MOST_NAMED).map(({ cell, status, median_ns }) => {
    return `${cell} (${median_ns === '' && status !== 'mismatch' && status !== 'not-finite' ? 'not measured' : status})`
  })
  const more = out.length - named.length
  return `Not drawn: ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`
}

export const isOversubscribed = (row: CsvRow, cores: number): boolean => threadsOf(row) > cores

/** Map.groupBy, which Node 20 lacks; groups and their members keep the order of the rows. */
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
