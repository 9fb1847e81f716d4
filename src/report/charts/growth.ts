import { groupBy } from '../../measure/statistics.ts'
import { labelOf } from '../../cells/labels.ts'
import { growthExponent } from '../../measure/growth.ts'
import { framed } from './frame.ts'
import { linePanels, seriesOf, type Line, type LinePanel, type Curve } from './lines.ts'
import { cellsOf, MissingData, valuesOf, type DrawnCell, type Chart } from './run-data.ts'
import { logarithmicTicks } from './ticks.ts'

const HEIGHT = 380
const NS_PER_MS = 1e6

const TITLES: Readonly<Record<string, string>> = {
  batches: 'Batches trained one after another',
  parts: 'One batch through more and more parts of the model, a thread for each',
}

/** Time against batches and against model parts, on logarithmic axes, with the power of n that fits best. */
export const growthChart: Chart = (data) => {
  if (!data.growth || data.growth.length === 0) throw new MissingData('there is no growth.csv')
  const panels = [...groupBy(data.growth, ({ variable }) => variable).values()]
    .map((rows) => cellsOf(rows, data))
    .filter((cells) => valuesOf(cells, 'value').length > 1)
  if (panels.length === 0) throw new MissingData('growth.csv has one value of each variable only')
  return framed(data, {
    title: 'Growth: time against batches and against model parts',
    subtitle: [
      'Markers: one measurement each.',
      'Dotted: the power of n that fits best, with its 95 % bootstrap interval; a power of 1 is O(n).',
    ],
    panels: linePanels(HEIGHT, panels.map(panelOf)),
  })
}

/** A line per cell over batches; over parts, one per split, whose cells differ in their threads. */
function panelOf(cells: readonly DrawnCell[]): LinePanel {
  const { variable } = cells[0].row
  const lines = seriesOf(cells, ({ row, name }) => (variable === 'parts' ? labelOf(row) : name)).flatMap(fitted)
  const times = lines.flatMap(({ points }) => points.map(({ y }) => y))
  return {
    title: TITLES[variable] ?? variable,
    lines,
    x: { label: variable, type: 'log', ticks: valuesOf(cells, 'value') },
    y: { label: 'time (ms)', type: 'log', ticks: logarithmicTicks(Math.min(...times), Math.max(...times)) },
  }
}

function fitted({ name, cells, style }: Curve): Line[] {
  const timed = cells.map(({ row: { value, block, wall_ns } }) => ({
    value: Number(value),
    repetition: Number(block),
    wallNs: Number(wall_ns),
  }))
  const points = timed.map(({ value, wallNs }) => ({ x: value, y: wallNs / NS_PER_MS }))
  const measured = { label: name, style, unjoined: true, points }
  const values = valuesOf(cells, 'value')
  if (values.length < 2) return [measured]
  const { exponent, low, high } = growthExponent(timed, Number(cells[0].row.seed))
  // A least-squares line passes through the mean of its points.
  const [meanX, meanY] = [meanLog(points.map(({ x }) => x)), meanLog(points.map(({ y }) => y))]
  const yAt = (x: number) => Math.exp(meanY + exponent * (Math.log(x) - meanX))
  const fit = [values[0], values[values.length - 1]].map((x) => ({ x, y: yAt(x) }))
  // A narrow space keeps the interval in one line.
  const label = `${name}:\nn^${power(exponent)} [${power(low)},\u202f${power(high)}]`
  return [
    { style, computed: true, points: fit },
    { ...measured, label },
  ]
}

const power = (value: number): string => value.toFixed(2).replace('-', '−')

const meanLog = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + Math.log(value), 0) / values.length
