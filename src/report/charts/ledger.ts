import { groupBy } from '../../measure/statistics.ts'
import * as Plot from '@observablehq/plot'
import { isAgain } from '../../cells/cell.ts'
import { BUCKETS, isWait } from '../../measure/ledger.ts'
import { cellKey, type CsvRow } from '../folder/read-csv.ts'
import { framed } from './frame.ts'
import { barPanels, bottomAxis } from './panel.ts'
import { comparisonsOf, leftOut, markNote, MissingData, THREADS_NOTE, type Chart } from './run-data.ts'
import { inkOn, PAPER, WORK_COLOURS } from './theme.ts'

const MARGIN_RIGHT = 20
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]
/** Parts smaller than this have no room for their number. */
const LEAST_LABELLED = 0.07

/** Where the time of each cell's threads went: shares of the ledger's buckets, over all ranks and blocks. */
export const ledgerChart: Chart = (data) => {
  if (!data.ledger || data.ledger.length === 0) throw new MissingData('there is no ledger.csv')
  const entries = groupBy(data.ledger, cellKey)
  const panels = comparisonsOf(data)
    .filter(({ cells: [{ row }] }, _, [first]) => row.experiment === first.cells[0].row.experiment)
    .map(({ title, cells }) => {
      const drawn = cells.filter(({ row, isResult }) => entries.has(cellKey(row)) && isResult && !isAgain(row.cell))
      return { title, cells, drawn, shares: drawn.flatMap(({ row }) => sharesOf(row.cell, entries.get(cellKey(row))!)) }
    })
    .filter(({ drawn }) => drawn.length > 0)
  if (panels.length === 0) throw new MissingData('ledger.csv has none of the cells of summary.csv')
  const cells = panels.flatMap((each) => each.cells)
  const drawn = panels.flatMap((each) => each.drawn)
  const used = new Set(panels.flatMap(({ shares }) => shares.map(({ bucket }) => bucket)))
  return framed(data, {
    title: 'Ledger: where the threads’ time goes',
    subtitle: [
      'Shares of the measured steps’ time, averaged over ranks. Greys: waiting.',
      THREADS_NOTE,
      markNote('*', drawn, data),
      leftOut(cells),
    ],
    legend: BUCKETS.filter((bucket) => used.has(bucket)),
    panels: barPanels(
      MARGIN_RIGHT,
      panels.map((each) => ({
        title: each.title,
        bars: each.drawn.map((cell) => [cell.row.cell, `${cell.name}${cell.isOversubscribed ? '\u202f*' : ''}`]),
        marginBottom: 46,
        most: 1,
        marks: [
          bottomAxis(TICKS, 'share of the threads’ time (%)', percent),
          Plot.barX(each.shares, { x1: 'from', x2: 'to', y: 'cell', fill: 'colour', stroke: PAPER, strokeWidth: 0.6 }),
          Plot.text(
            each.shares.filter(({ from, to }) => to - from >= LEAST_LABELLED),
            { x: 'middle', y: 'cell', text: 'label', fill: 'ink' },
          ),
        ],
      })),
    ),
  })
}

/** The parts of a bar: work first, then waiting. */
function sharesOf(cell: string, entries: readonly CsvRow[]) {
  const times = BUCKETS.toSorted((a, b) => Number(isWait(a)) - Number(isWait(b))).map((bucket) => {
    const ns = entries.reduce((sum, entry) => sum + (entry.bucket === bucket ? Number(entry.ns) : 0), 0)
    // A share below zero is an error of rounding.
    return { bucket, ns: Math.max(0, ns) }
  })
  const all = times.reduce((sum, { ns }) => sum + ns, 0)
  let to = 0
  return times.flatMap(({ bucket, ns }) => {
    const from = to
    to += ns / all
    const look = { colour: WORK_COLOURS[bucket], ink: inkOn(bucket), label: percent(to - from) }
    return to > from ? [{ cell, bucket, from, to, middle: (from + to) / 2, ...look }] : []
  })
}

const percent = (share: number): string => (100 * share).toFixed(0)
