import { groupBy } from '../../measure/statistics.ts'
import { isAgain } from '../../cells/cell.ts'
import { isSound } from '../../measure/outcome.ts'
import { labelOf } from '../../cells/labels.ts'
import { numberIn, type CsvRow } from '../folder/read-csv.ts'
import type { TraceEvent } from '../rows/trace.ts'

/** CSV files of a run that charts read. */
export const TABLES = ['summary', 'ledger', 'growth', 'laws', 'predictions'] as const

/** The files of a run; undefined for a file that does not exist. */
export type RunData = { readonly [table in (typeof TABLES)[number]]?: readonly CsvRow[] | undefined } & {
  readonly machine: {
    readonly cpu: string | null
    readonly availableCores: number
    readonly node: string
    /** What disturbed the run. Older runs have none. */
    readonly warnings?: readonly string[]
  }
  readonly trace?: readonly TraceEvent[] | undefined
}

/**
 * A picture of a run as SVG text: a pure function of its files.
 *
 * @throws MissingData if the run has not measured what the chart shows
 */
export type Chart = (data: RunData) => string

/** The run has not measured what a chart shows; the message says what is missing. */
export class MissingData extends Error {
  override readonly name = 'MissingData'
}

export type DrawnCell = ReturnType<typeof cellsOf>[number]

/** Explains the "× 2" in names. */
export const THREADS_NOTE = '×\u202f2: on two threads.'

/** What charts make of rows about cells. */
export function cellsOf(rows: readonly CsvRow[], { machine }: RunData) {
  const labels = groupBy(rows, labelOf)
  return rows.map((row) => {
    const { cell, mode, microbatches, chunks } = row
    const [label, threads] = [labelOf(row), Number(row.threads)]
    const varies = labels.get(label)!.some((other) => other.microbatches !== microbatches)
    // The narrow space keeps the number beside its sign.
    const split = `${label}${varies ? `, ${microbatches} microbatches` : ''} ×\u202f${threads}`
    return {
      row,
      /** The split, its microbatches where they vary, and its threads. */
      name: mode === 'serial' ? `${label}${isAgain(cell) ? ' again' : ''}` : split,
      /** Cells of a family differ in their thread counts alone. */
      family: [label, microbatches, chunks].filter(Boolean).join(' '),
      threads,
      isOversubscribed: threads > machine.availableCores,
      /** False for cells that do not match serial, have an impossible time, or were not reached before an interruption. */
      isResult: isSound(row) && numberIn(row, 'median_ns') !== undefined,
    }
  })
}

const SAME_WORK = ['experiment', 'layers', 'batch', 'optimizer', 'seed']

/**
 * Cells that did the same work in the same experiment, so their times can be compared; in the order of the run.
 *
 * @throws MissingData without a summary.csv
 */
export function comparisonsOf(data: RunData): { title: string; cells: DrawnCell[] }[] {
  if (!data.summary) throw new MissingData('there is no summary.csv')
  const groups = groupBy(data.summary, (row) => SAME_WORK.map((column) => row[column]).join(' '))
  return [...groups.values()].map((rows) => {
    const [{ experiment, layers, batch }] = rows
    return { title: `${experiment}: layers ${shortLayers(layers)}, batch ${batch}`, cells: cellsOf(rows, data) }
  })
}

/** 784-256-256-10 becomes 784-256×2-10. */
export const shortLayers = (layers: string): string =>
  layers.replace(/\b(\d+)(-\1\b)+/g, (run, width: string) => `${width}×${run.split('-').length}`)

/** The distinct numbers of a column, in ascending order. */
export const valuesOf = (cells: readonly DrawnCell[], column: string): number[] =>
  [...new Set(cells.map(({ row }) => Number(row[column])))].sort((a, b) => a - b)

/** A sentence that explains the mark of oversubscribed cells; empty if there are none. */
export const markNote = (mark: string, cells: readonly DrawnCell[], { machine }: RunData): string =>
  cells.some((cell) => cell.isOversubscribed) ? `${mark}: more threads than the ${machine.availableCores} cores.` : ''

export const results = (cells: readonly DrawnCell[]): DrawnCell[] => cells.filter(({ isResult }) => isResult)

/** More cells than this are not named one by one. */
const MOST_NAMED = 4

/** A sentence that names the cells that are no results, with the reason; empty if there are none. */
export function leftOut(cells: readonly DrawnCell[]): string {
  const out = cells.filter(({ isResult }) => !isResult)
  if (out.length === 0) return ''
  const named = out.slice(0, MOST_NAMED).map(({ row: { cell, status, median_ns } }) => {
    return `${cell} (${median_ns === '' && status !== 'mismatch' && status !== 'not-finite' ? 'not measured' : status})`
  })
  const more = out.length - named.length
  return `Not drawn: ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`
}
