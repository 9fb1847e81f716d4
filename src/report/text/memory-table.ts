import { fieldsOf } from '../../cells/dimensions.ts'
import type { Cell } from '../../cells/cell.ts'
import { inMib, percent } from './format.ts'
import { splitLabel } from '../../cells/labels.ts'
import { plainTable } from './text-table.ts'

/** MiB per thread of each cell, and the share of time that its plan leaves idle. */
export const memoryTable = (
  rows: readonly { readonly cell: Cell; readonly perRank: readonly number[]; readonly idle: number }[],
): string =>
  plainTable({
    head: ['split', 'threads', 'MiB: most of a thread', 'least', 'together', 'idle by plan'],
    rows: rows.map(({ cell, perRank, idle }) => [
      splitLabel(fieldsOf(cell)),
      String(perRank.length),
      inMib(Math.max(...perRank)),
      inMib(Math.min(...perRank)),
      inMib(perRank.reduce((sum, bytes) => sum + bytes, 0)),
      percent(idle),
    ]),
    left: ['split'],
  })
