import * as Plot from '@observablehq/plot'
import { captionOf } from './caption.ts'
import { missing, type Chart } from './chart.ts'
import { comparisonsOf, isOversubscribed, isResult, leftOut, titleOf, type Comparison } from './comparison.ts'
import { framed } from './frame.ts'
import { bottomAxis, heading, panel, type Panel } from './panel.ts'
import { cellKey, numberIn, type CsvRow } from '../folder/read-csv.ts'
import type { RunData } from './run-data.ts'
import { GRID, INK, MUTED, PAPER, styleOf, textWidth, WIDTH } from './theme.ts'
import { evenTicks } from './ticks.ts'

const ROW = 20
const MARGIN_TOP = 26
/** Ticks, and the label of the axis under the last panel. */
const MARGIN_BOTTOM = 46
const LABEL_HEIGHT = 12
/** Room for a value beside the longest bar. */
const MARGIN_RIGHT = 76
const [{ colour: SPLIT }, { colour: PREDICTED }] = [styleOf(0), styleOf(1)]

interface Bar {
  readonly cell: string
  readonly rate: number
  readonly low: number
  readonly high: number
  readonly fill: string
  readonly stroke: string
  readonly predicted: number | undefined
}

/** Samples per second of every cell, a panel for each kind of work. */
export const throughputChart: Chart = (data) => {
  if (!data.summary) throw missing('there is no summary.csv')
  const all = comparisonsOf(data.summary).filter(({ rows }) => rows.some(isResult))
  // The many cells of the bubble have a chart of their own.
  const others = all.filter(({ experiment }) => experiment !== 'bubble')
  const comparisons = others.length > 0 ? others : all
  if (comparisons.length === 0) throw missing('no cell was measured')
  const predicted = predictions(data)
  const bars = comparisons.map((each) => each.rows.filter(isResult).map((row) => barOf(row, data, predicted)))
  const nameWidth = Math.max(...bars.flat().map(({ cell }) => textWidth(cell)))
  const drawn = comparisons.flatMap(({ rows }) => rows)
  return framed(
    {
      title: 'Throughput: samples trained per second',
      subtitle: [
        'Lines at the ends of bars: 95 % bootstrap intervals over blocks.',
        'Dotted: serial.',
        drawn.some((row) => isOversubscribed(row, data.machine.availableCores))
          ? `Hollow: more threads than the ${data.machine.availableCores} cores.`
          : '',
        bars.flat().some((bar) => bar.predicted !== undefined)
          ? 'Vertical strokes: predicted before the measurement.'
          : '',
        leftOut(drawn),
      ],
      caption: captionOf(data),
    },
    comparisons.map((comparison, i) => {
      // The same model has the same scale, so that batches can be compared.
      const alike = bars.filter((_, k) => comparisons[k].layers === comparison.layers).flat()
      const most = Math.max(...alike.map(({ high, predicted: foretold = 0 }) => Math.max(high, foretold)))
      return barPanel(comparison, bars[i], nameWidth, most, i === comparisons.length - 1)
    }),
  )
}

function barOf(row: CsvRow, { machine }: RunData, predicted: ReadonlyMap<CsvRow, number>): Bar {
  const batch = Number(row.batch)
  const rate = (ns: number | undefined) => (ns === undefined ? undefined : (batch * 1e9) / ns)
  const samples = numberIn(row, 'samples_per_second')!
  const colour = row.mode === 'serial' ? MUTED : SPLIT
  return {
    cell: row.cell,
    rate: samples,
    low: rate(numberIn(row, 'ci_high_ns')) ?? samples,
    high: rate(numberIn(row, 'ci_low_ns')) ?? samples,
    fill: isOversubscribed(row, machine.availableCores) ? PAPER : colour,
    stroke: colour,
    predicted: rate(predicted.get(row)),
  }
}

/** Predicted nanoseconds of a step, by the row of the cell that it was predicted for. */
function predictions({ summary, predictions: rows = [] }: RunData): Map<CsvRow, number> {
  const of = new Map(summary!.map((row) => [cellKey(row), row]))
  return new Map(
    rows.flatMap((row) => {
      const [timed, ns] = [of.get(cellKey(row)), numberIn(row, 'predicted_ns')]
      return timed === undefined || ns === undefined ? [] : [[timed, ns] as const]
    }),
  )
}

const grouped = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, '\u202f') // a narrow space between thousands

function barPanel(
  comparison: Comparison,
  bars: readonly Bar[],
  nameWidth: number,
  most: number,
  isLast: boolean,
): Panel {
  const marginBottom = isLast ? MARGIN_BOTTOM : MARGIN_BOTTOM - LABEL_HEIGHT
  const marginLeft = Math.ceil(nameWidth) + 10
  const serial = bars.find(({ cell }) => cell.startsWith('serial'))
  const ticks = evenTicks(most)
  const foretold = bars.filter(({ predicted }) => predicted !== undefined)
  return panel({
    width: WIDTH,
    height: MARGIN_TOP + ROW * bars.length + marginBottom,
    marginLeft,
    marginRight: MARGIN_RIGHT,
    marginTop: MARGIN_TOP,
    marginBottom,
    x: { type: 'linear', domain: [0, most] },
    y: { type: 'band', domain: bars.map(({ cell }) => cell), padding: 0.25 },
    marks: [
      Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(ticks, grouped, isLast ? 'samples per second' : null),
      Plot.axisY({ tickSize: 0, label: null }),
      heading(titleOf(comparison), marginLeft, 18),
      Plot.barX(bars, { x: 'rate', y: 'cell', fill: 'fill', stroke: 'stroke', strokeWidth: 1.2 }),
      ...(serial ? [Plot.ruleX([serial.rate], { stroke: INK, strokeDasharray: '1,3' })] : []),
      Plot.ruleY(bars, { x1: 'low', x2: 'high', y: 'cell', stroke: INK, strokeWidth: 1.2 }),
      Plot.tickX(foretold, { x: 'predicted', y: 'cell', stroke: PREDICTED, strokeWidth: 2.5 }),
      Plot.text(bars, {
        x: ({ high, predicted = 0 }: Bar) => Math.max(high, predicted),
        y: 'cell',
        text: ({ rate }: Bar) => grouped(rate),
        textAnchor: 'start',
        dx: 7,
        fill: INK,
        stroke: PAPER,
        strokeWidth: 4,
      }),
    ],
  })
}
