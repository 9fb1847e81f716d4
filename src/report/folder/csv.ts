import { stringify } from 'csv-stringify/sync'
import { append } from './disk.ts'

/** A row of a file: undefined is written as an empty field, which means "not measured". */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * Appends whole rows, with the header first if the file is new, so that a run that is killed leaves a file that can be
 * read. Every row has to bring every column: a misspelt name is an error and not an empty field.
 *
 * @throws WriteError if the disk is full or the file cannot be written
 */
export function appendRows(file: string, columns: readonly string[], rows: readonly Row[]): void {
  append(file, (isNew) => csvText(file, columns, rows, isNew))
}

/** Rows as CSV text, with or without the header. */
export function csvText(
  file: string,
  columns: readonly string[],
  rows: readonly Row[],
  header: boolean,
): string {
  for (const row of rows) {
    const missing = columns.find((column) => !(column in row))
    if (missing !== undefined) throw new Error(`a row of ${file} has no '${missing}'`)
  }
  return stringify([...rows], { columns: [...columns], header, cast: { number: finite, boolean: String } })
}

function finite(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is not a measurement`)
  return String(value)
}
