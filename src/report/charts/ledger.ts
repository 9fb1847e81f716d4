import * as Plot from '@observablehq/plot'
import { isAgain } from '../../cells/cell.ts'
import { BUCKETS, isWait, type Bucket } from '../../measure/ledger.ts'
import { comparisonsOf, isOversubscribed, isResult, leftOut, namesOf, THREADS_NOTE, titleOf } from './comparison.ts'
import { framed } from './frame.ts'
import { barPanel, bottomAxis, nameRoom } from './panel.ts'
import { cellKey, type CsvRow } from '../folder/read-csv.ts'
import { missing, type Chart } from './run-data.ts'
import { inkOn, PAPER, WORK_COLOURS } from './theme.ts'

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]
/** Parts smaller than this have no room for their number. */
const LEAST_LABELLED = 0.07

interface Share {
  readonly cell: string
  readonly bucket: Bucket
  readonly from: number
  readonly to: number
}

/** Where the time of each cell's threads went: shares of the ledger's buckets, over all ranks and blocks. */
export const ledgerChart: Chart = (data) => {
  if (!data.ledger || data.ledger.length === 0) throw missing('there is no ledger.csv')
  if (!data.summary) throw missing('there is no summary.csv')
  const totals = bucketsByRow(data.ledger, data.summary)
  const [first] = comparisonsOf(data.summary)
  const comparisons = comparisonsOf(data.summary)
    .filter(({ experiment }) => experiment === first.experiment)
    .map((each) => ({
      ...each,
      drawn: each.rows.filter((row) => totals.has(row) && isResult(row) && !isAgain(row.cell)),
    }))
    .filter(({ drawn }) => drawn.length > 0)
  if (comparisons.length === 0) throw missing('ledger.csv has none of the cells of summary.csv')
  const cores = data.machine.availableCores
  const rows = comparisons.flatMap(({ drawn }) => drawn)
  const panels = comparisons.map(({ drawn, ...comparison }) => {
    const names = namesOf(comparison.rows)
    const starred = (row: CsvRow) => `${names.get(row.cell)}${isOversubscribed(row, cores) ? '\u202f*' : ''}`
    return { comparison, drawn, names: new Map(drawn.map((row) => [row.cell, starred(row)])) }
  })
  const room = nameRoom(panels.flatMap(({ names }) => [...names.values()]))
  const used = BUCKETS.filter((bucket) => rows.some((row) => (totals.get(row)!.get(bucket) ?? 0) > 0))
  return framed(
    {
      title: 'Ledger: where the threads’ time goes',
      subtitle: [
        'Shares of the measured steps’ time, averaged over ranks. Greys: waiting.',
        THREADS_NOTE,
        rows.some((row) => isOversubscribed(row, cores)) ? `*: more threads than the ${cores} cores.` : '',
        leftOut(comparisons.flatMap((each) => each.rows)),
      ],
      legend: used.map((bucket) => ({ label: bucket, colour: WORK_COLOURS[bucket] })),
    },
    data,
    panels.map(({ comparison, drawn, names }) =>
      barPanel(
        { title: titleOf(comparison), names, room, marginRight: 20, marginBottom: 46, most: 1 },
        stackMarks(drawn.flatMap((row) => sharesOf(row.cell, totals.get(row)!))),
      ),
    ),
  )
}

/** Nanoseconds per bucket over all blocks and ranks, by summary row. */
function bucketsByRow(ledger: readonly CsvRow[], summary: readonly CsvRow[]): Map<CsvRow, Map<string, number>> {
  const rows = new Map(summary.map((row) => [cellKey(row), row]))
  const totals = new Map<CsvRow, Map<string, number>>()
  for (const entry of ledger) {
    const row = rows.get(cellKey(entry))
    if (!row) continue
    const { bucket, ns } = entry
    const buckets = totals.get(row) ?? new Map<string, number>()
    totals.set(row, buckets.set(bucket, (buckets.get(bucket) ?? 0) + Number(ns)))
  }
  return totals
}

/** The parts of a bar: work first, then waiting. */
function sharesOf(cell: string, buckets: ReadonlyMap<string, number>): Share[] {
  const ordered = BUCKETS.toSorted((a, b) => Number(isWait(a)) - Number(isWait(b)))
  // A share below zero is an error of rounding.
  const time = (bucket: Bucket) => Math.max(0, buckets.get(bucket) ?? 0)
  const all = ordered.reduce((sum, bucket) => sum + time(bucket), 0)
  let from = 0
  return ordered.flatMap((bucket) => {
    const share = { cell, bucket, from, to: from + time(bucket) / all }
    from = share.to
    return share.to > share.from ? [share] : []
  })
}

const stackMarks = (shares: readonly Share[]): Plot.Markish[] => [
  bottomAxis(TICKS, (tick) => (100 * tick).toFixed(0), 'share of the threads’ time (%)'),
  Plot.barX(shares, {
    x1: 'from',
    x2: 'to',
    y: 'cell',
    fill: ({ bucket }: Share) => WORK_COLOURS[bucket],
    stroke: PAPER,
    strokeWidth: 0.6,
  }),
  Plot.text(
    shares.filter(({ from, to }) => to - from >= LEAST_LABELLED),
    {
      x: ({ from, to }: Share) => (from + to) / 2,
      y: 'cell',
      text: ({ from, to }: Share) => (100 * (to - from)).toFixed(0),
      fill: ({ bucket }: Share) => inkOn(bucket),
    },
  ),
]
