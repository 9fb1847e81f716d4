import Table from 'cli-table3'
import { red, shortened, USUAL_WIDTH, widthOf } from './wrap.ts'

/** A column: its heading, its field in a row, and whether it holds text, which stands left; numbers stand right. */
export type TextColumn<Row> = readonly [head: string, field: (row: Row) => string, left?: 'left' | undefined]

/** A table before it is drawn; marked rows are drawn in red. */
export const tableOf = <Row>(
  rows: readonly Row[],
  columns: readonly TextColumn<Row>[],
  isMarked: (row: Row) => boolean = () => false,
) => ({
  head: columns.map(([head]) => head),
  rows: rows.map((row) => columns.map(([, field]) => field(row))),
  marked: rows.map(isMarked),
  left: columns.map(([, , left]) => left !== undefined),
})

export type TextTable = ReturnType<typeof tableOf>

/** With borders, as wide as its fields are. */
export function boxedTable({ head, rows, left, marked }: TextTable): string {
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: left.map((isLeft) => (isLeft ? 'left' : 'right')),
  })
  table.push(...rows.map((row, i) => (marked[i] ? row.map(red) : row)))
  return table.toString()
}

const GAP = '  '
const NARROWEST = 12

/** A table without borders, see `drawnPlain`. */
export const plainTable = <Row>(
  things: readonly Row[],
  columns: readonly TextColumn<Row>[],
  width = USUAL_WIDTH,
): string => drawnPlain(tableOf(things, columns), width)

/** Without borders; where it would be too wide, the fields of the first column are shortened. */
export function drawnPlain({ head, rows, left, marked }: TextTable, width = USUAL_WIDTH): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => widthOf(row[i]))))
  const excess = widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - width
  if (excess > 0) widths[0] = Math.max(Math.min(widths[0], NARROWEST), widths[0] - excess)
  const placed = (field: string, i: number): string => {
    const text = shortened(field, widths[i])
    const space = ' '.repeat(widths[i] - widthOf(text))
    return left[i] ? text + space : space + text
  }
  const lines = [head, ...rows].map((row) => row.map(placed).join(GAP).trimEnd())
  return lines.map((line, i) => (marked[i - 1] ? red(line) : line)).join('\n')
}
