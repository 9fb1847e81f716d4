import { basename } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import { DataError, numberClasses, readBytes, type DataSet } from './dataset.ts'

/** How to read the lines, as the first one shows. */
interface Format {
  readonly line: number
  readonly header: boolean
  /** The header's names, or numbers from 1 without a header. */
  readonly columns: readonly string[]
  /** Index of the label column. */
  readonly label: number
}

interface Row {
  readonly line: number
  readonly features: Float32Array
  readonly label: string
}

/**
 * Reads comma-separated values, plain or gzipped: finite numbers, and one column of labels that are integers or names.
 *
 * The first line is a header if one of its features is neither a number nor a usual mark of a missing value, or if its
 * label is the only one that is not a number. Blank lines are skipped.
 *
 * @param options.label the header name of the label column; the last column if left out
 * @param bytes the content of the file, if it has been read
 * @throws DataError with the file, line and column.
 */
export function readCsvDataSet(
  path: string,
  { label }: { readonly label?: string | undefined } = {},
  bytes: Uint8Array = readBytes(path),
): DataSet {
  let format: Format | undefined
  const rows: Row[] = []
  forEachRecord(bytes, path, (cells, line) => {
    if (format === undefined) {
      format = formatOf(cells, line, path, label)
      if (format.header) return
    }
    rows.push(readRow(cells, line, path, format))
  })
  if (format === undefined) throw new DataError(`${path}: the file is empty; expected lines of comma-separated values`)

  // Data frames without column names write a header of numbers: only its label shows that it is one.
  if (!format.header && rows.length > 1 && rows.findLastIndex((row) => !isNumber(row.label)) === 0) rows.shift()
  if (rows.length === 0)
    throw new DataError(`${path}, line ${format.line}: a header and no rows; expected rows of data below it`)

  const columns = format.columns.length - 1
  const features = new Float32Array(rows.length * columns)
  rows.forEach((row, index) => features.set(row.features, index * columns))
  const column = `column ${format.columns[format.label]}`
  const numeric = rows.every((row) => isNumber(row.label))
  const labels = numeric ? rows.map((row) => integerLabel(row, path, column)) : rows.map((row) => row.label)
  return {
    name: basename(path),
    rows: rows.length,
    columns,
    features,
    ...numberClasses(labels, `${path}, ${column}`),
  }
}

function forEachRecord(bytes: Uint8Array, path: string, visit: (cells: string[], line: number) => void) {
  try {
    parse(bytes, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      // `readRow` reports ragged rows, with the line that they disagree with.
      relax_column_count: true,
      max_record_size: 0,
      // Rows are converted one by one: the cells of a whole file would not fit in memory as strings.
      on_record: (cells, { lines }) => {
        visit(cells, lines)
        return null
      },
    })
  } catch (error) {
    if (error instanceof CsvError)
      throw new DataError(`${path}: not comma-separated values: ${error.message}`, { cause: error })
    throw error
  }
}

function formatOf(cells: string[], line: number, path: string, label: string | undefined): Format {
  const where = `${path}, line ${line}`
  if (cells.length < 2)
    throw new DataError(`${where}: one column; expected at least a feature and a label, separated by a comma`)
  const header = (label === undefined ? cells.slice(0, -1) : cells).some(isName)
  const columns = header ? cells.map((cell) => JSON.stringify(cell)) : cells.map((_, index) => String(index + 1))
  if (label === undefined) return { line, header, columns, label: cells.length - 1 }

  if (!header)
    throw new DataError(
      `${where}: no column can be called "${label}", since the file has no header; add one, or put the labels last and do not name them`,
    )
  const index = cells.indexOf(label)
  if (index === -1) throw new DataError(`${where}: no column is called "${label}"; the columns are ${listed(columns)}`)
  if (cells.includes(label, index + 1))
    throw new DataError(`${where}: more than one column is called "${label}"; expected one`)
  return { line, header, columns, label: index }
}

function readRow(cells: string[], line: number, path: string, format: Format): Row {
  if (cells.length !== format.columns.length)
    throw new DataError(
      `${path}, line ${line}: the number of columns is ${cells.length}; expected ${format.columns.length}, as in line ${format.line}`,
    )
  const fail = (column: number, text: string) =>
    new DataError(`${path}, line ${line}, column ${format.columns[column]}: ${text}`)
  if (cells[format.label] === '') throw fail(format.label, 'the label is empty; expected an integer or a name')
  const features = new Float32Array(cells.length - 1)
  for (let column = 0, feature = 0; column < cells.length; column++) {
    if (column === format.label) continue
    const cell = cells[column]
    if (!isNumber(cell)) throw fail(column, `${JSON.stringify(cell)} is not a number; expected a finite one`)
    features[feature] = Number(cell)
    if (!Number.isFinite(features[feature]))
      throw fail(column, `${JSON.stringify(cell)} is too large for float32; expected at most 3.4e38`)
    feature++
  }
  return { line, features, label: cells[format.label] }
}

function integerLabel({ label, line }: Row, path: string, column: string): number {
  const value = Number(label)
  if (!Number.isSafeInteger(value))
    throw new DataError(
      `${path}, line ${line}, ${column}: the label ${label} is no class; expected an integer or a name`,
    )
  return value
}

const isNumber = (cell: string) => cell !== '' && Number.isFinite(Number(cell))

/** Marks of a missing number. A first line with one of them is data, not a header, and is refused as data. */
const MISSING = /^(|\?|-|\.|n\/?a|nan|nil|none|null|missing|[+-]?inf(inity)?)$/i

const isName = (cell: string) => !isNumber(cell) && !MISSING.test(cell)

/** A readable line shows at most this many names. */
const LISTED = 12

const listed = (names: readonly string[]) =>
  names.length <= LISTED
    ? names.join(', ')
    : `${names.slice(0, LISTED - 1).join(', ')}, … ${names.at(-1)} (${names.length} in all)`
