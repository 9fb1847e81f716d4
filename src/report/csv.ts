import { appendFileSync, existsSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'

/** A row of a file: undefined is written as an empty field, which means "not measured". */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * Appends whole rows in one write, with the header first if the file is new, so that a run that is killed leaves a file
 * that can be read. Every row has to bring every column: a misspelt name is an error and not an empty field.
 */
export function appendRows(file: string, columns: readonly string[], rows: readonly Row[]): void {
  for (const row of rows) {
    const missing = columns.find((column) => !(column in row))
    if (missing !== undefined) throw new Error(`a row of ${file} has no '${missing}'`)
  }
  const options = {
    columns: [...columns],
    header: !existsSync(file),
    cast: { number: finite, boolean: String },
  }
  appendFileSync(file, stringify([...rows], options))
}

function finite(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is not a measurement`)
  return String(value)
}
