import { captionOf } from './caption.ts'
import { missing, type Chart } from './chart.ts'
import {
  comparisonsOf,
  familyOf,
  groupBy,
  isOversubscribed,
  isResult,
  leftOut,
  threadsOf,
  titleOf,
  type Comparison,
} from './comparison.ts'
import { framed } from './frame.ts'
import { lawCurve } from './laws.ts'
import { lines, widestLabel, type Axis, type Line } from './lines.ts'
import { numberIn, type CsvRow } from '../folder/read-csv.ts'
import type { RunData } from './run-data.ts'
import { styleOf, type Style } from './theme.ts'
import { evenTicks, powersOfTwo } from './ticks.ts'

/** More lines than this in one panel cannot be followed; then each mode has a panel. */
const MOST_LINES = 8
const HEIGHT = { alone: 430, oneOfMany: 300 }
/** Up to so many threads both axes are linear, beyond it logarithmic; the ideal speed-up is a straight line in either. */
const LINEAR_THREADS = 8

/** What is drawn against threads. */
interface Quantity {
  readonly title: string
  readonly axis: string
  readonly of: (speedup: number, threads: number) => number
  /** Whether it grows with the threads, and so is drawn on the same kind of axis. */
  readonly grows: boolean
}

/** Speed-up over serial against threads. */
export const speedupChart: Chart = (data) =>
  scalingChart(data, {
    title: 'Speed-up over one thread',
    axis: 'speed-up (serial step time / step time)',
    of: (speedup) => speedup,
    grows: true,
  })

/** Efficiency, speed-up per thread, against threads. */
export const efficiencyChart: Chart = (data) =>
  scalingChart(data, {
    title: 'Efficiency: speed-up per thread',
    axis: 'efficiency (speed-up / threads, %)',
    of: (speedup, threads) => (100 * speedup) / threads,
    grows: false,
  })

function scalingChart(data: RunData, quantity: Quantity): string {
  if (!data.summary) throw missing('there is no summary.csv')
  const comparison = widest(comparisonsOf(data.summary))
  if (!comparison) throw missing('no cells of the same work differ in their threads alone')
  const { availableCores: cores } = data.machine
  const families = familiesOf(comparison)
  const threads = [...new Set([...families.values()].flat().map(threadsOf))].sort((a, b) => a - b)
  const [fewest, most] = [threads[0], threads[threads.length - 1]]
  const ideal: Line = {
    label: 'ideal',
    computed: true,
    points: threads.map((x) => ({ x, y: quantity.of(x, x) })),
  }

  const modes = groupBy([...families], ([, rows]) => rows[0].mode)
  const panels = families.size > MOST_LINES ? [...modes] : [[undefined, [...families]] as const]
  const drawn = panels.map(([mode, members]) => {
    const measured = members.map(([family, rows], i) =>
      measuredLine(family, rows, quantity, cores, styleOf(i)),
    )
    const fitted = members.flatMap(([family, rows], i) => {
      const range = [threadsOf(rows[0]), threadsOf(rows[rows.length - 1])] as const
      return fittedLine(data.laws ?? [], comparison.experiment, family, range, quantity, styleOf(i))
    })
    return { mode, measured, fitted }
  })
  const everything = [ideal, ...drawn.flatMap(({ measured }) => measured)]
  const logarithmic = most > LINEAR_THREADS
  const options = {
    labelWidth: widestLabel(everything),
    x: {
      label: 'threads',
      type: logarithmic ? ('log' as const) : ('linear' as const),
      ticks: threads,
      format: String,
      domain: [fewest, most] as const,
    },
    y: axisFor(everything, quantity.axis, logarithmic && quantity.grows),
    ...(cores >= fewest && cores <= most ? { limit: coresMark(cores, cores < most) } : {}),
  }
  return framed(
    {
      title: quantity.title,
      subtitle: [
        `${titleOf(comparison)}.`,
        'Bands: 95 % bootstrap intervals over blocks.',
        drawn.some(({ fitted }) => fitted.length > 0) ? 'Thin dashed curves: fitted laws.' : '',
        most > cores ? `Hollow: more threads than the ${cores} cores.` : '',
        leftOut(comparison.rows),
      ],
      caption: captionOf(data),
    },
    drawn.map(({ mode, measured, fitted }) =>
      lines([ideal, ...fitted, ...measured], {
        ...options,
        ...(mode === undefined ? { height: HEIGHT.alone } : { title: mode, height: HEIGHT.oneOfMany }),
      }),
    ),
  )
}

const counts = (comparison: Comparison): number =>
  new Set([...familiesOf(comparison).values()].flat().map(threadsOf)).size

/** The comparison with the most thread counts, the first of several; undefined if none has two. */
function widest(comparisons: readonly Comparison[]): Comparison | undefined {
  return comparisons
    .filter((each) => counts(each) > 1)
    .reduce<Comparison | undefined>((a, b) => (a && counts(a) >= counts(b) ? a : b), undefined)
}

/** The cells of each family that was measured with more than one thread count, in ascending order of it. */
function familiesOf({ rows }: Comparison): Map<string, CsvRow[]> {
  const measured = rows.filter((row) => isResult(row) && numberIn(row, 'speedup') !== undefined)
  return new Map(
    [...groupBy(measured, ({ cell }) => familyOf(cell))]
      .filter(([, of]) => new Set(of.map(threadsOf)).size > 1)
      .map(([family, of]) => [family, of.toSorted((a, b) => threadsOf(a) - threadsOf(b))]),
  )
}

const measuredLine = (
  family: string,
  rows: readonly CsvRow[],
  { of }: Quantity,
  cores: number,
  style: Style,
): Line => ({
  label: family,
  style,
  points: rows.map((row) => {
    const threads = threadsOf(row)
    const value = (column: string) => {
      const speedup = numberIn(row, column)
      return speedup === undefined ? undefined : of(speedup, threads)
    }
    return {
      x: threads,
      y: value('speedup')!,
      low: value('speedup_ci_low'),
      high: value('speedup_ci_high'),
      hollow: isOversubscribed(row, cores),
    }
  }),
})

/** The law as it was fitted to speed-ups, in the quantity that is drawn; none if there was no fit. */
function fittedLine(
  laws: readonly CsvRow[],
  experiment: string,
  family: string,
  range: readonly [number, number],
  { of }: Quantity,
  style: Style,
): Line[] {
  const curve = lawCurve(laws, experiment, family, range)
  return curve ? [{ style, computed: true, points: curve.map(({ x, y }) => ({ x, y: of(y, x) })) }] : []
}

const coresMark = (cores: number, exceeded: boolean) => ({
  x: cores,
  label: `${cores} ${cores === 1 ? 'core' : 'cores'}`,
  beyond: exceeded ? 'oversubscribed' : undefined,
})

function axisFor(all: readonly Line[], label: string, logarithmic: boolean): Axis {
  const values = all.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]))
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const ticks = logarithmic ? powersOfTwo(least, most) : evenTicks(most)
  const last = ticks[ticks.length - 1]
  return {
    label,
    type: logarithmic ? 'log' : 'linear',
    ticks,
    format: String,
    domain: [ticks[0], Math.max(most, last)],
  }
}
