import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'

/** A row of a file: undefined is written as an empty field, which means "not measured". */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>

/** A file of a run could not be written; what it held before is still there. */
export class WriteError extends Error {
  override readonly name = 'WriteError'
}

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

/**
 * Appends text to a file as a whole, and does not return before it is on disk. What a full disk has taken only a part of
 * is taken back.
 *
 * @throws WriteError
 */
export function append(file: string, text: (isNew: boolean) => string): void {
  try {
    const handle = openSync(file, 'a')
    try {
      const { size } = fstatSync(handle)
      const bytes = Buffer.from(text(size === 0))
      try {
        for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
        fsyncSync(handle)
      } catch (error) {
        ftruncateSync(handle, size)
        throw error
      }
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new WriteError(`${file}: cannot be written (${error.message}); what was measured before is kept`, {
      cause: error,
    })
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error

function finite(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is not a measurement`)
  return String(value)
}
