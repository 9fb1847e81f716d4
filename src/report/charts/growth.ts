import { growthExponent } from '../../measure/growth.ts'
import { labelOf } from '../../cells/labels.ts'
import { groupBy, namesOf } from './comparison.ts'
import { framed } from './frame.ts'
import { lines, widestLabel, type Line } from './lines.ts'
import type { CsvRow } from '../folder/read-csv.ts'
import { missing, type Chart } from './run-data.ts'
import { stylesOf, type Style } from './theme.ts'
import { logarithmicTicks } from './ticks.ts'

const HEIGHT = 380
const NS_PER_MS = 1e6

const TITLES: Readonly<Record<string, string>> = {
  batches: 'Batches trained one after another',
  parts: 'One batch through more and more parts of the model, a thread for each',
}

/** Time against batches and against model parts, on logarithmic axes, with the power of n that fits best. */
export const growthChart: Chart = (data) => {
  if (!data.growth || data.growth.length === 0) throw missing('there is no growth.csv')
  const panels = [...groupBy(data.growth, ({ variable }) => variable)]
    .filter(([, rows]) => valuesOf(rows).length > 1)
    .map(([variable, rows]) => ({ variable, rows, all: linesOf(variable, rows) }))
  if (panels.length === 0) throw missing('growth.csv has one value of each variable only')
  const labelWidth = widestLabel(panels.flatMap(({ all }) => all))
  return framed(
    {
      title: 'Growth: time against batches and against model parts',
      subtitle: [
        'Markers: one measurement each.',
        'Dotted: the power of n that fits best, with its 95 % bootstrap interval; a power of 1 is O(n).',
      ],
    },
    data,
    panels.map(({ variable, rows, all }) => {
      const times = all.flatMap(({ points }) => points.map(({ y }) => y))
      const values = valuesOf(rows)
      const ticks = logarithmicTicks(Math.min(...times), Math.max(...times))
      return lines(all, {
        title: TITLES[variable] ?? variable,
        height: HEIGHT,
        labelWidth,
        x: {
          label: variable,
          type: 'log',
          ticks: values,
          format: String,
          domain: [values[0], values.at(-1)!],
        },
        y: { label: 'time (ms)', type: 'log', ticks, format: String, domain: [ticks[0], ticks.at(-1)!] },
      })
    }),
  )
}

const valuesOf = (rows: readonly CsvRow[]): number[] =>
  [...new Set(rows.map(({ value }) => Number(value)))].sort((a, b) => a - b)

/** A line per cell over batches; over parts, one per split, whose cells differ in their threads. */
function linesOf(variable: string, rows: readonly CsvRow[]): Line[] {
  const names = namesOf(rows)
  const nameOf = (row: CsvRow) => (variable === 'parts' ? labelOf(row) : names.get(row.cell)!)
  const series = [...groupBy(rows, nameOf)]
  const styles = stylesOf(series.map(([, [{ mode }]]) => mode))
  return series.flatMap(([name, own], i) => fitted(name, own, styles[i]))
}

function fitted(name: string, rows: readonly CsvRow[], style: Style): Line[] {
  const points = rows.map(({ value, block, wall_ns }) => ({
    value: Number(value),
    repetition: Number(block),
    wallNs: Number(wall_ns),
  }))
  const measured: Line = {
    label: name,
    style,
    unjoined: true,
    points: points.map(({ value, wallNs }) => ({ x: value, y: wallNs / NS_PER_MS })),
  }
  const values = valuesOf(rows)
  if (values.length < 2) return [measured]
  const { exponent, low, high } = growthExponent(points, Number(rows[0].seed))
  // A least-squares line passes through the mean of its points.
  const [x, y] = [meanLog(points.map(({ value }) => value)), meanLog(points.map(({ wallNs }) => wallNs / NS_PER_MS))]
  const time = (value: number) => Math.exp(y + exponent * (Math.log(value) - x))
  // A narrow space keeps the interval in one line.
  const label = `${name}:\nn^${power(exponent)} [${power(low)},\u202f${power(high)}]`
  const line = {
    style,
    computed: true,
    points: [values[0], values.at(-1)!].map((value) => ({ x: value, y: time(value) })),
  }
  return [line, { ...measured, label }]
}

const power = (value: number): string => value.toFixed(2).replace('-', '−')

const meanLog = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + Math.log(value), 0) / values.length
