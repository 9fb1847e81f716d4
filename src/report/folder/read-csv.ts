import { parse } from 'csv-parse/sync'

/** A row as it stands in a file: every field is text, and an empty one was not measured. */
export type CsvRow = Readonly<Record<string, string>>

/** The rows of a CSV text that begins with its header. */
export const parseRows = (text: string): CsvRow[] => parse(text, { columns: true, skip_empty_lines: true })

/** The same, each with the line in which it ends, from 1. */
export const parseLines = (text: string): { readonly row: CsvRow; readonly line: number }[] =>
  parse<{ record: CsvRow; info: { lines: number } }>(text, { columns: true, skip_empty_lines: true, info: true }).map(
    ({ record, info }) => ({ row: record, line: info.lines }),
  )

/** What tells the cell that a row is about from all others of its run: groups may have cells of the same name. */
export const cellKey = (row: Readonly<Record<string, unknown>>): string =>
  ['experiment', 'cell', 'layers', 'batch'].map((column) => String(row[column])).join('\t')

/** The number in a field; undefined if it is empty or the file has no such column. */
export function numberIn(row: CsvRow, column: string): number | undefined {
  const field = row[column] ?? ''
  return field === '' ? undefined : Number(field)
}
