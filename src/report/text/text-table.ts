import Table from 'cli-table3'
import { shortened, USUAL_WIDTH, widthOf } from './wrap.ts'

/** A column: its heading, its field in a row, and whether it holds text, which stands left; numbers stand right. */
export type TextColumn<Row> = readonly [head: string, field: (row: Row) => string, left?: 'left' | undefined]

/** A table before it is drawn. */
export const tableOf = <Row>(rows: readonly Row[], columns: readonly TextColumn<Row>[]) => ({
  head: columns.map(([head]) => head),
  rows: rows.map((row) => columns.map(([, field]) => field(row))),
  left: columns.map(([, , left]) => left !== undefined),
})

export type TextTable = ReturnType<typeof tableOf>

/** With borders, as wide as its fields are. */
export function boxedTable({ head, rows, left }: TextTable): string {
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: left.map((isLeft) => (isLeft ? 'left' : 'right')),
  })
  table.push(...rows)
  return table.toString()
}

const GAP = '  '
const NARROWEST = 12

/** Without borders; where it would be too wide, the fields of the first column are shortened. */
export function plainTable<Row>(things: readonly Row[], columns: readonly TextColumn<Row>[], width = USUAL_WIDTH) {
  const { head, rows, left } = tableOf(things, columns)
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => widthOf(row[i]))))
  const excess = widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - width
  if (excess > 0) widths[0] = Math.max(Math.min(widths[0], NARROWEST), widths[0] - excess)
  const placed = (field: string, i: number): string => {
    const text = shortened(field, widths[i])
    const space = ' '.repeat(widths[i] - widthOf(text))
    return left[i] ? text + space : space + text
  }
  return [head, ...rows].map((row) => row.map(placed).join(GAP).trimEnd()).join('\n')
}
