import type { CsvRow } from '../folder/read-csv.ts'
import type { TraceEvent } from '../rows/trace.ts'

/** The part of machine.json that charts show. */
export interface MachineFacts {
  readonly cpu: string | null
  readonly availableCores: number
  readonly node: string
  /** Older runs have none. */
  readonly warnings?: readonly string[]
}

/** The files of a run; undefined for a file that does not exist. */
export interface RunData {
  readonly machine: MachineFacts
  readonly summary?: readonly CsvRow[] | undefined
  readonly ledger?: readonly CsvRow[] | undefined
  readonly growth?: readonly CsvRow[] | undefined
  readonly laws?: readonly CsvRow[] | undefined
  readonly predictions?: readonly CsvRow[] | undefined
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

export const missing = (reason: string): MissingData => new MissingData(reason)

/** The first warning that something disturbed the run; undefined if nothing did. */
export const disturbanceOf = ({ warnings = [] }: MachineFacts): string | undefined => warnings[0]
