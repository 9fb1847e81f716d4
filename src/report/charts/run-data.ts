import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { FolderError } from '../run-folder.ts'
import type { TraceEvent } from '../trace.ts'

/** A row as it stands in a file: an empty field was not measured. */
export type CsvRow = Readonly<Record<string, string>>

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

/** The number in a field; undefined if it is empty or the file has no such column. */
export function numberIn(row: CsvRow, column: string): number | undefined {
  const field = row[column] ?? ''
  return field === '' ? undefined : Number(field)
}

/**
 * Reads the files of a run that charts are made of.
 *
 * @throws FolderError if the folder is not that of a run, or one of its files cannot be read
 */
export function readRunData(folder: string): RunData {
  const path = resolve(folder)
  if (!existsSync(join(path, 'machine.json'))) {
    const reason = !existsSync(path)
      ? 'it does not exist'
      : statSync(path).isDirectory()
        ? 'it has no machine.json'
        : 'it is a file'
    throw new FolderError(`${path}: expected the folder of a run; ${reason}`)
  }
  const read = <T>(name: string, parsed: (text: string) => T): T | undefined => {
    const file = join(path, name)
    if (!existsSync(file)) return undefined
    try {
      return parsed(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new FolderError(`${file}: cannot be read: ${(error as Error).message}`, { cause: error })
    }
  }
  const rows = (name: string) =>
    read(name, (text) => parse(text, { columns: true, skip_empty_lines: true }) as CsvRow[])
  return {
    machine: read('machine.json', (text) => JSON.parse(text) as MachineFacts)!,
    summary: rows('summary.csv'),
    ledger: rows('ledger.csv'),
    growth: rows('growth.csv'),
    laws: rows('laws.csv'),
    predictions: rows('predictions.csv'),
    trace: read('trace.json', (text) => (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents),
  }
}
