import * as Plot from '@observablehq/plot'
import { groupBy, median } from '../../measure/statistics.ts'
import { cellKey, numberIn } from '../folder/read-csv.ts'
import { framed } from './frame.ts'
import { barPanels, bottomAxis, textWidth } from './panel.ts'
import {
  comparisonsOf,
  leftOut,
  markNote,
  MissingData,
  results,
  THREADS_NOTE,
  type DrawnCell,
  type Chart,
} from './run-data.ts'
import { colourOf, GRID, INK, PAPER } from './theme.ts'
import { evenTicks } from './ticks.ts'

const TICK_HEIGHT = 34
/** The label of the axis below the last panel. */
const LABEL_HEIGHT = 12
/** Between the longest bar and the column of values. */
const VALUE_GAP = 10
/** Numbers of the axis have room for this many; with more, every second is left out. */
const MOST_TICKS = 5

/** Samples per second of every cell, a panel for each kind of work. */
export const throughputChart: Chart = (data) => {
  const predictions = new Map(
    [...groupBy(data.predictions ?? [], cellKey)].map(([key, rows]) => {
      const sessions = rows.flatMap((row) => numberIn(row, 'predicted_ns') ?? [])
      return [key, sessions.length > 0 ? median(sessions) : undefined]
    }),
  )
  const measured = comparisonsOf(data)
    .map(({ title, cells }) => ({ title, cells, bars: results(cells).map((cell) => barOf(cell, predictions)) }))
    .filter(({ bars }) => bars.length > 0)
  // The many cells of the bubble have a chart of their own.
  const others = measured.filter(({ bars: [{ row }] }) => row.experiment !== 'bubble')
  const panels = others.length > 0 ? others : measured
  if (panels.length === 0) throw new MissingData('no cell was measured')
  const bars = panels.flatMap((each) => each.bars)
  const cells = panels.flatMap((each) => each.cells)
  const marginRight = Math.ceil(Math.max(...bars.map(({ shown }) => textWidth(shown)))) + VALUE_GAP
  return framed(data, {
    title: 'Throughput: samples trained per second',
    subtitle: [
      THREADS_NOTE,
      'Lines at the ends of bars: 95 % intervals over blocks.',
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
          marginBottom: isLast ? TICK_HEIGHT + LABEL_HEIGHT : TICK_HEIGHT,
          most,
          marks: rateMarks(own, most, marginRight, isLast),
        }
      }),
    ),
  })
}

type Bar = ReturnType<typeof barOf>

/** A cell with its rates in samples per second. */
function barOf(cell: DrawnCell, predictions: ReadonlyMap<string, number | undefined>) {
  const { row } = cell
  const rateOf = (ns: number | undefined) => (ns === undefined ? undefined : (Number(row.batch) * 1e9) / ns)
  const rate = numberIn(row, 'samples_per_second')!
  const stroke = colourOf(row.mode)
  return {
    ...cell,
    cell: row.cell,
    rate,
    low: rateOf(numberIn(row, 'ci_high_ns')) ?? rate,
    high: rateOf(numberIn(row, 'ci_low_ns')) ?? rate,
    predicted: rateOf(predictions.get(cellKey(row))),
    shown: grouped(rate),
    stroke,
    fill: cell.isOversubscribed ? PAPER : stroke,
  }
}

/** With a narrow space between thousands. */
const grouped = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, '\u202f')

function rateMarks(bars: readonly Bar[], most: number, valueWidth: number, isLast: boolean): Plot.Markish[] {
  const serial = bars.filter(({ row }) => row.mode === 'serial').slice(0, 1)
  const ticks = evenTicks(most).filter((_, i, all) => all.length <= MOST_TICKS || i % 2 === 0)
  const predicted = bars.filter((bar) => bar.predicted !== undefined)
  return [
    Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
    bottomAxis(ticks, isLast ? 'samples per second' : null, grouped),
    Plot.barX(bars, { x: 'rate', y: 'cell', fill: 'fill', stroke: 'stroke', strokeWidth: 1.2 }),
    Plot.ruleX(serial, { x: 'rate', stroke: INK, strokeDasharray: '1,3' }),
    Plot.ruleY(bars, { x1: 'low', x2: 'high', y: 'cell', stroke: INK, strokeWidth: 1.2 }),
    Plot.tickX(predicted, { x: 'predicted', y: 'cell', stroke: INK, strokeWidth: 2.5 }),
    // In a column: beside a bar, a value would stand at the mark of the prediction.
    Plot.text(bars, { frameAnchor: 'right', y: 'cell', text: 'shown', textAnchor: 'end', dx: valueWidth, fill: INK }),
  ]
}
