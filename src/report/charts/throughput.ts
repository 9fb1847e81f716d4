import * as Plot from '@observablehq/plot'
import { cellKey, numberIn } from '../folder/read-csv.ts'
import { framed } from './frame.ts'
import { barPanels, bottomAxis } from './panel.ts'
import {
  comparisonsOf,
  leftOut,
  markNote,
  MissingData,
  resultsOf,
  THREADS_NOTE,
  type Cell,
  type Chart,
} from './run-data.ts'
import { colourOf, GRID, INK, PAPER, textWidth } from './theme.ts'
import { evenTicks } from './ticks.ts'

/** Ticks, and the label of the axis below the last panel. */
const MARGIN_BOTTOM = 46
const LABEL_HEIGHT = 12
/** Between the longest bar and the column of values. */
const VALUE_GAP = 10
/** Numbers of the axis have room for this many; with more, every second is left out. */
const MOST_TICKS = 5

/** Rates are in samples per second. */
interface Bar extends Cell {
  readonly cell: string
  readonly rate: number
  readonly low: number
  readonly high: number
  readonly predicted: number | undefined
}

/** Samples per second of every cell, a panel for each kind of work. */
export const throughputChart: Chart = (data) => {
  const predictions = new Map(data.predictions?.map((row) => [cellKey(row), numberIn(row, 'predicted_ns')]))
  const measured = comparisonsOf(data)
    .map(({ title, cells }) => ({
      title,
      cells,
      bars: resultsOf(cells).map((cell) => barOf(cell, predictions.get(cellKey(cell.row)))),
    }))
    .filter(({ bars }) => bars.length > 0)
  // The many cells of the bubble have a chart of their own.
  const others = measured.filter(({ bars: [{ row }] }) => row.experiment !== 'bubble')
  const panels = others.length > 0 ? others : measured
  if (panels.length === 0) throw new MissingData('no cell was measured')
  const bars = panels.flatMap((each) => each.bars)
  const cells = panels.flatMap((each) => each.cells)
  const marginRight = Math.ceil(Math.max(...bars.map(({ rate }) => textWidth(grouped(rate))))) + VALUE_GAP
  return framed(data, {
    title: 'Throughput: samples trained per second',
    subtitle: [
      THREADS_NOTE,
      'Lines at the ends of bars: 95 % bootstrap intervals over blocks.',
      'Dotted: serial.',
      markNote('Hollow', cells, data),
      bars.some(({ predicted }) => predicted !== undefined)
        ? 'Vertical strokes: predicted before the measurement. Numbers: measured.'
        : '',
      leftOut(cells),
    ],
    panels: barPanels(
      marginRight,
      panels.map(({ title, bars: own }, i) => {
        // Panels of the same model share a scale, so that batches can be compared.
        const alike = bars.filter(({ row }) => row.layers === own[0].row.layers)
        const most = Math.max(...alike.map(({ high, predicted = 0 }) => Math.max(high, predicted)))
        const isLast = i === panels.length - 1
        return {
          title,
          bars: own.map(({ cell, name }) => [cell, name]),
          marginBottom: isLast ? MARGIN_BOTTOM : MARGIN_BOTTOM - LABEL_HEIGHT,
          most,
          marks: rateMarks(own, most, marginRight, isLast),
        }
      }),
    ),
  })
}

function barOf(cell: Cell, predictedNs: number | undefined): Bar {
  const { row } = cell
  const rateOf = (ns: number | undefined) => (ns === undefined ? undefined : (Number(row.batch) * 1e9) / ns)
  const rate = numberIn(row, 'samples_per_second')!
  return {
    ...cell,
    cell: row.cell,
    rate,
    low: rateOf(numberIn(row, 'ci_high_ns')) ?? rate,
    high: rateOf(numberIn(row, 'ci_low_ns')) ?? rate,
    predicted: rateOf(predictedNs),
  }
}

const grouped = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, '\u202f') // a narrow space between thousands

function rateMarks(bars: readonly Bar[], most: number, valueWidth: number, isLast: boolean): Plot.Markish[] {
  const serial = bars.filter(({ row }) => row.mode === 'serial').slice(0, 1)
  const ticks = evenTicks(most).filter((_, i, all) => all.length <= MOST_TICKS || i % 2 === 0)
  const predicted = bars.filter((bar) => bar.predicted !== undefined)
  const stroke = ({ row }: Bar) => colourOf(row.mode)
  const fill = (bar: Bar) => (bar.isOversubscribed ? PAPER : stroke(bar))
  return [
    Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
    bottomAxis(ticks, isLast ? 'samples per second' : null, grouped),
    Plot.barX(bars, { x: 'rate', y: 'cell', fill, stroke, strokeWidth: 1.2 }),
    Plot.ruleX(serial, { x: 'rate', stroke: INK, strokeDasharray: '1,3' }),
    Plot.ruleY(bars, { x1: 'low', x2: 'high', y: 'cell', stroke: INK, strokeWidth: 1.2 }),
    Plot.tickX(predicted, { x: 'predicted', y: 'cell', stroke: INK, strokeWidth: 2.5 }),
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
