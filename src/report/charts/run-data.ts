import { parseRows, type CsvRow } from '../folder/read-csv.ts'
import { openRun } from '../folder/run-reader.ts'
import type { TraceEvent } from '../rows/trace.ts'

/** What a chart may say of the machine; all of it is in machine.json. */
export interface MachineFacts {
  readonly cpu: string | null
  readonly availableCores: number
  readonly node: string
}

/** What the folder of a run holds; undefined for a file that is not there. */
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
 * Reads the files of a run that charts are made of.
 *
 * @throws FolderError if the folder is not that of a run, or one of its files cannot be read
 */
export function readRunData(folder: string): RunData {
  const run = openRun(folder)
  const rows = (name: string) => run.read(name, parseRows)
  return {
    machine: run.need('machine.json', (text) => JSON.parse(text) as MachineFacts),
    summary: rows('summary.csv'),
    ledger: rows('ledger.csv'),
    growth: rows('growth.csv'),
    laws: rows('laws.csv'),
    predictions: rows('predictions.csv'),
    trace: run.read('trace.json', (text) => (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents),
  }
}
