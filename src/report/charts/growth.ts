import { growthOf, type Growth } from '../../measure/growth-fit.ts'
import { framed } from './frame.ts'
import { linePanels, seriesOf, type Curve, type Line, type LinePanel } from './lines.ts'
import { cellsOf, MissingData, valuesOf, type Chart, type DrawnCell } from './run-data.ts'
import { logarithmicTicks } from './ticks.ts'

const HEIGHT = 380
const NS_PER_MS = 1e6
/** A line is none on logarithmic axes. */
const POINTS_OF_A_FIT = 40

/** What is drawn together, by the variable of the rows. */
const PANELS = [
  { title: 'Batches trained one after another', x: 'batches', variables: ['batches'] },
  { title: 'One batch through more and more parts, a thread for each', x: 'parts', variables: ['parts', 'model'] },
] as const

/** What cells over parts have in common; over batches each cell has a name of its own. */
const NAMES: Readonly<Record<string, string>> = { parts: 'the same model', model: 'a model that grows' }

/** Time against batches and against model parts, on logarithmic axes, with the lines that fit best. */
export const growthChart: Chart = (data) => {
  const { growth } = data
  if (!growth || growth.length === 0) throw new MissingData('there is no growth.csv')
  const panels = PANELS.map((panel) => {
    const rows = growth.filter(({ variable }) => panel.variables.some((each) => each === variable))
    return { ...panel, cells: cellsOf(rows, data) }
  }).filter(({ cells }) => valuesOf(cells, 'value').length > 1)
  if (panels.length === 0) throw new MissingData('growth.csv has one value of each variable only')
  return framed(data, {
    title: 'Growth: time against batches and against model parts',
    subtitle: [
      'Markers: one repetition each.',
      'Dotted: a + b·n, by least squares of relative errors over medians.',
      'Beside it the power of n that fits best, with its 95 % interval.',
      'Linear, if the interval lies within 0.95 and 1.05; not linear, if outside.',
    ],
    panels: linePanels(HEIGHT, panels.map(panelOf)),
  })
}

function panelOf({ title, x, cells }: (typeof PANELS)[number] & { cells: readonly DrawnCell[] }): LinePanel {
  const lines = seriesOf(cells, ({ row, name }) => NAMES[row.variable] ?? name).flatMap(linesOf)
  const times = lines.flatMap(({ points }) => points.map(({ y }) => y))
  return {
    title,
    lines,
    x: { label: x, type: 'log', ticks: valuesOf(cells, 'value') },
    y: { label: 'time (ms)', type: 'log', ticks: logarithmicTicks(Math.min(...times), Math.max(...times)) },
  }
}

/** What was measured, and the line that was fitted to it, of all but the same model in more parts. */
function linesOf({ name, cells, style }: Curve): Line[] {
  const timed = cells.map(({ row: { value, block, wall_ns } }) => ({
    value: Number(value),
    repetition: Number(block),
    wallNs: Number(wall_ns),
  }))
  const points = timed.map(({ value, wallNs }) => ({ x: value, y: wallNs / NS_PER_MS }))
  const measured = { label: name, style, unjoined: true, points }
  if (cells[0].row.variable === 'parts') return [measured]
  const growth = growthOf(timed)
  return [...fitOf(growth, valuesOf(cells, 'value'), style), { ...measured, label: `${name}:\n${inWords(growth)}` }]
}

/** The line where it is above 0, as logarithmic axes have no room for the rest. */
function fitOf({ fit }: Growth, values: readonly number[], style: Curve['style']): Line[] {
  if (!fit) return []
  const [least, most] = [values[0], values[values.length - 1]]
  const points = Array.from({ length: POINTS_OF_A_FIT }, (_, i) => {
    const x = least * (most / least) ** (i / (POINTS_OF_A_FIT - 1))
    return { x, y: (fit.aNs.value + fit.bNs.value * x) / NS_PER_MS }
  }).filter(({ y }) => y > 0)
  return [{ style, computed: true, points }]
}

function inWords({ verdict, fit }: Growth): string {
  if (!fit?.exponent.interval) return verdict
  const { value, interval } = fit.exponent
  // A narrow space keeps the interval in one line.
  return `n^${power(value)} [${power(interval.low)},\u202f${power(interval.high)}]\n${verdict}`
}

const power = (value: number): string => value.toFixed(2).replace('-', '−')
