import * as Plot from '@observablehq/plot'
import { comparisonsOf, isOversubscribed, isResult, leftOut, namesOf, THREADS_NOTE, titleOf } from './comparison.ts'
import { framed } from './frame.ts'
import { barPanel, bottomAxis, nameRoom } from './panel.ts'
import { cellKey, numberIn, type CsvRow } from '../folder/read-csv.ts'
import { missing, type Chart, type RunData } from './run-data.ts'
import { colourOf, GRID, INK, PAPER, textWidth } from './theme.ts'
import { evenTicks } from './ticks.ts'

/** Ticks, and the label of the axis below the last panel. */
const MARGIN_BOTTOM = 46
const LABEL_HEIGHT = 12
/** Between the longest bar and the column of values. */
const VALUE_GAP = 10
/** Numbers of the axis have room for this many; with more, every second is left out. */
const MOST_TICKS = 5

interface Bar {
  readonly cell: string
  readonly rate: number
  readonly low: number
  readonly high: number
  readonly fill: string
  readonly stroke: string
  readonly isSerial: boolean
  readonly predicted: number | undefined
}

/** Samples per second of every cell, a panel for each kind of work. */
export const throughputChart: Chart = (data) => {
  if (!data.summary) throw missing('there is no summary.csv')
  const measured = comparisonsOf(data.summary).filter(({ rows }) => rows.some(isResult))
  // The many cells of the bubble have a chart of their own.
  const others = measured.filter(({ experiment }) => experiment !== 'bubble')
  const comparisons = others.length > 0 ? others : measured
  if (comparisons.length === 0) throw missing('no cell was measured')
  const predicted = predictions(data)
  const panels = comparisons.map((comparison) => {
    const rows = comparison.rows.filter(isResult)
    const all = namesOf(comparison.rows)
    const names = new Map(rows.map(({ cell }) => [cell, all.get(cell)!]))
    return { comparison, names, bars: rows.map((row) => barOf(row, data, predicted)) }
  })
  const bars = panels.flatMap((each) => each.bars)
  const room = nameRoom(panels.flatMap(({ names }) => [...names.values()]))
  const marginRight = Math.ceil(Math.max(...bars.map(({ rate }) => textWidth(grouped(rate))))) + VALUE_GAP
  const drawn = comparisons.flatMap(({ rows }) => rows)
  const { availableCores: cores } = data.machine
  return framed(
    {
      title: 'Throughput: samples trained per second',
      subtitle: [
        THREADS_NOTE,
        'Lines at the ends of bars: 95 % bootstrap intervals over blocks.',
        'Dotted: serial.',
        drawn.some((row) => isOversubscribed(row, cores)) ? `Hollow: more threads than the ${cores} cores.` : '',
        bars.some((bar) => bar.predicted !== undefined)
          ? 'Vertical strokes: predicted before the measurement. Numbers: measured.'
          : '',
        leftOut(drawn),
      ],
    },
    data,
    panels.map(({ comparison, names, bars: own }, i) => {
      // Panels of the same model share a scale, so that batches can be compared.
      const alike = panels.filter((each) => each.comparison.layers === comparison.layers)
      const ends = alike.flatMap((each) =>
        each.bars.map(({ high, predicted: foretold = 0 }) => Math.max(high, foretold)),
      )
      const most = Math.max(...ends)
      const isLast = i === panels.length - 1
      const marginBottom = isLast ? MARGIN_BOTTOM : MARGIN_BOTTOM - LABEL_HEIGHT
      return barPanel(
        { title: titleOf(comparison), names, room, marginRight, marginBottom, most },
        rateMarks(own, most, marginRight, isLast),
      )
    }),
  )
}

function barOf(row: CsvRow, { machine }: RunData, predicted: ReadonlyMap<CsvRow, number>): Bar {
  const batch = Number(row.batch)
  const rate = (ns: number | undefined) => (ns === undefined ? undefined : (batch * 1e9) / ns)
  const samples = numberIn(row, 'samples_per_second')!
  const colour = colourOf(row.mode)
  return {
    cell: row.cell,
    rate: samples,
    low: rate(numberIn(row, 'ci_high_ns')) ?? samples,
    high: rate(numberIn(row, 'ci_low_ns')) ?? samples,
    fill: isOversubscribed(row, machine.availableCores) ? PAPER : colour,
    stroke: colour,
    isSerial: row.mode === 'serial',
    predicted: rate(predicted.get(row)),
  }
}

/** Predicted nanoseconds of a step, by the summary row of the cell. */
function predictions({ summary, predictions: rows = [] }: RunData): Map<CsvRow, number> {
  const byKey = new Map(summary!.map((row) => [cellKey(row), row]))
  return new Map(
    rows.flatMap((row) => {
      const [timed, ns] = [byKey.get(cellKey(row)), numberIn(row, 'predicted_ns')]
      return timed === undefined || ns === undefined ? [] : [[timed, ns] as const]
    }),
  )
}

const grouped = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, '\u202f') // a narrow space between thousands

function rateMarks(bars: readonly Bar[], most: number, valueWidth: number, isLast: boolean): Plot.Markish[] {
  const serial = bars.filter(({ isSerial }) => isSerial).slice(0, 1)
  const ticks = evenTicks(most).filter((_, i, all) => all.length <= MOST_TICKS || i % 2 === 0)
  const foretold = bars.filter(({ predicted }) => predicted !== undefined)
  return [
    Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
    bottomAxis(ticks, grouped, isLast ? 'samples per second' : null),
    Plot.barX(bars, { x: 'rate', y: 'cell', fill: 'fill', stroke: 'stroke', strokeWidth: 1.2 }),
    Plot.ruleX(serial, { x: 'rate', stroke: INK, strokeDasharray: '1,3' }),
    Plot.ruleY(bars, { x1: 'low', x2: 'high', y: 'cell', stroke: INK, strokeWidth: 1.2 }),
    Plot.tickX(foretold, { x: 'predicted', y: 'cell', stroke: INK, strokeWidth: 2.5 }),
    // In a column: beside a bar, a value would stand at the mark of the prediction.
    Plot.text(bars, {
      frameAnchor: 'right',
      y: 'cell',
      text: ({ rate }: Bar) => grouped(rate),
      textAnchor: 'end',
      dx: valueWidth,
      fill: INK,
    }),
  ]
}
