import { stringify } from 'csv-stringify/sync'
import { namesOf, type Column } from '../../cells/columns.ts'
import { append } from './disk.ts'

/**
 * Appends a row for each thing, with the header first if the file is new. Rows are written whole, so that a killed run
 * leaves a file that can be read.
 *
 * @throws WriteError if the disk is full or the file cannot be written
 */
export const appendRows = <T>(file: string, columns: readonly Column<T>[], things: readonly T[]): void =>
  append(file, (isNew) => csvText(columns, things, isNew))

/** Rows as CSV text, with or without the header. */
export function csvText<T>(columns: readonly Column<T>[], things: readonly T[], header: boolean): string {
  const rows = things.map((thing) => columns.map(([, value]) => value(thing)))
  return stringify(header ? [namesOf(columns), ...rows] : rows, { cast: { number: finite, boolean: String } })
}

function finite(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is not a measurement`)
  return String(value)
}
