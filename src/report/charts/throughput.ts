import * as Plot from '@observablehq/plot'
import {
  comparisonsOf,
  isOversubscribed,
  isResult,
  leftOut,
  namesOf,
  THREADS_NOTE,
  titleOf,
  type Comparison,
} from './comparison.ts'
import { framed } from './frame.ts'
import { bottomAxis, heading, nameAxis, nameRoom, panel, type Panel } from './panel.ts'
import { cellKey, numberIn, type CsvRow } from '../folder/read-csv.ts'
import { missing, type Chart, type RunData } from './run-data.ts'
import { colourOf, GRID, INK, PAPER, textWidth, WIDTH } from './theme.ts'
import { evenTicks } from './ticks.ts'

const ROW_GAP = 5
const MARGIN_TOP = 26
/** Ticks, and the label of the axis below the last panel. */
const MARGIN_BOTTOM = 46
const LABEL_HEIGHT = 12
/** Between the longest bar and the column of values. */
const VALUE_GAP = 10

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

interface BarPanel {
  readonly comparison: Comparison
  readonly names: ReadonlyMap<string, string>
  readonly bars: readonly Bar[]
}

/** Room that all panels share, in pixels. */
interface Room {
  readonly name: { readonly width: number; readonly height: number }
  readonly value: number
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
  const panels = comparisons.map((comparison) => ({
    comparison,
    names: namesOf(comparison.rows),
    bars: comparison.rows.filter(isResult).map((row) => barOf(row, data, predicted)),
  }))
  const bars = panels.flatMap((each) => each.bars)
  const room = {
    name: nameRoom(panels.flatMap(({ names, bars: own }) => own.map(({ cell }) => names.get(cell)!))),
    value: Math.ceil(Math.max(...bars.map(({ rate }) => textWidth(grouped(rate))))) + VALUE_GAP,
  }
  const drawn = comparisons.flatMap(({ rows }) => rows)
  const { availableCores: cores } = data.machine
  return framed(
    {
      title: 'Throughput: samples trained per second',
      subtitle: [
        THREADS_NOTE,
        'Lines at the ends of bars: 95 % bootstrap intervals over blocks.',
        'Dotted: serial.',
        drawn.some((row) => isOversubscribed(row, cores))
          ? `Hollow: more threads than the ${cores} cores.`
          : '',
        bars.some((bar) => bar.predicted !== undefined)
          ? 'Vertical strokes: predicted before the measurement. Numbers: measured.'
          : '',
        leftOut(drawn),
      ],
    },
    data,
    panels.map((each, i) => {
      // Panels of the same model share a scale, so that batches can be compared.
      const alike = panels.filter(({ comparison }) => comparison.layers === each.comparison.layers)
      const most = Math.max(
        ...alike.flatMap((other) =>
          other.bars.map(({ high, predicted: foretold = 0 }) => Math.max(high, foretold)),
        ),
      )
      return barPanel(each, room, most, i === panels.length - 1)
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

function barPanel({ comparison, names, bars }: BarPanel, room: Room, most: number, isLast: boolean): Panel {
  const marginBottom = isLast ? MARGIN_BOTTOM : MARGIN_BOTTOM - LABEL_HEIGHT
  const serial = bars.find(({ isSerial }) => isSerial)
  const ticks = evenTicks(most).filter((_, i, all) => all.length <= 5 || i % 2 === 0)
  const foretold = bars.filter(({ predicted }) => predicted !== undefined)
  return panel({
    width: WIDTH,
    height: MARGIN_TOP + (room.name.height + ROW_GAP) * bars.length + marginBottom,
    marginLeft: room.name.width,
    marginRight: room.value,
    marginTop: MARGIN_TOP,
    marginBottom,
    x: { type: 'linear', domain: [0, most] },
    y: { type: 'band', domain: bars.map(({ cell }) => cell), padding: 0.25 },
    marks: [
      Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(ticks, grouped, isLast ? 'samples per second' : null),
      nameAxis(names),
      heading(titleOf(comparison), room.name.width, 18),
      Plot.barX(bars, { x: 'rate', y: 'cell', fill: 'fill', stroke: 'stroke', strokeWidth: 1.2 }),
      ...(serial ? [Plot.ruleX([serial.rate], { stroke: INK, strokeDasharray: '1,3' })] : []),
      Plot.ruleY(bars, { x1: 'low', x2: 'high', y: 'cell', stroke: INK, strokeWidth: 1.2 }),
      Plot.tickX(foretold, { x: 'predicted', y: 'cell', stroke: INK, strokeWidth: 2.5 }),
      // In a column: beside a bar, a value would stand at the mark of the prediction.
      Plot.text(bars, {
        frameAnchor: 'right',
        y: 'cell',
        text: ({ rate }: Bar) => grouped(rate),
        textAnchor: 'end',
        dx: room.value,
        fill: INK,
      }),
    ],
  })
}
