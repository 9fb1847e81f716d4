import { labelOf, modeLabelOf, variantOf } from '../../cells/labels.ts'
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
import { missing, type Chart, type RunData } from './run-data.ts'
import { stylesOf, type Style } from './theme.ts'
import { evenTicks, powersOfTwo } from './ticks.ts'

/** More lines than this in one panel cannot be followed; then each mode has a panel. */
const MOST_LINES = 8
const HEIGHT = { alone: 430, oneOfMany: 300 }
/** Up to this many threads both axes are linear, beyond it logarithmic; the ideal is a straight line in either. */
const LINEAR_THREADS = 8
/** Pixels between the whiskers of two lines. */
const SHIFT = 4

/** A quantity over threads. */
interface Quantity {
  readonly title: string
  readonly axis: string
  readonly of: (speedup: number, threads: number) => number
  /** Whether it grows with the threads, and so has the same kind of axis. */
  readonly grows: boolean
}

/** Cells that differ in their thread counts alone, in ascending order of it, and their look. */
interface Family {
  readonly rows: readonly CsvRow[]
  readonly style: Style
  readonly shift: number
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
  const all = familiesOf(comparison)
  const threads = [...new Set(all.flat().map(threadsOf))].sort((a, b) => a - b)
  const [fewest, most] = [threads[0], threads[threads.length - 1]]
  const panels = all.length > MOST_LINES ? [...groupBy(all, ([{ mode }]) => mode).values()] : [all]
  const drawn = panels.map((members) => {
    const families = withLooks(members)
    const isAlone = panels.length === 1
    return {
      mode: isAlone ? undefined : modeLabelOf(members[0][0]),
      measured: families.map((family) => measuredLine(family, quantity, cores, isAlone)),
      fitted: families.flatMap((family) => fittedLine(data.laws ?? [], family, quantity)),
    }
  })
  const measured = drawn.flatMap((each) => each.measured)
  const logarithmic = most > LINEAR_THREADS
  // Beyond the cores nothing can follow the ideal: the axis ends where the data does, and the ideal with it.
  const reachable = Math.min(most, Math.max(cores, fewest))
  const y = axisFor(
    [...measured, ...drawn.flatMap(({ fitted }) => fitted)],
    quantity.of(reachable, reachable),
    quantity.axis,
    logarithmic && quantity.grows,
  )
  const ideal = idealLine(threads, quantity, y.domain[1])
  const options = {
    labelWidth: widestLabel([ideal, ...measured]),
    x: {
      label: 'threads',
      type: logarithmic ? ('log' as const) : ('linear' as const),
      ticks: threads,
      format: String,
      domain: [fewest, most] as const,
    },
    y,
    ...(cores >= fewest && cores <= most ? { limit: coresMark(cores, cores < most) } : {}),
  }
  return framed(
    {
      title: quantity.title,
      subtitle: [
        `${titleOf(comparison)}.`,
        'Whiskers: 95 % bootstrap intervals over blocks.',
        drawn.some(({ fitted }) => fitted.length > 0) ? 'Dotted curves: fitted laws.' : '',
        most > cores ? `Hollow: more threads than the ${cores} cores.` : '',
        leftOut(comparison.rows),
      ],
    },
    data,
    drawn.map((each) =>
      lines([ideal, ...each.fitted, ...each.measured], {
        ...options,
        ...(each.mode === undefined ? { height: HEIGHT.alone } : { title: each.mode, height: HEIGHT.oneOfMany }),
      }),
    ),
  )
}

const counts = (comparison: Comparison): number => new Set(familiesOf(comparison).flat().map(threadsOf)).size

/** The comparison with the most thread counts, the first of several; undefined if none has two. */
function widest(comparisons: readonly Comparison[]): Comparison | undefined {
  return comparisons
    .filter((each) => counts(each) > 1)
    .reduce<Comparison | undefined>((a, b) => (a && counts(a) >= counts(b) ? a : b), undefined)
}

/** The families that were measured with several thread counts, each in ascending order of them. */
function familiesOf({ rows }: Comparison): CsvRow[][] {
  const measured = rows.filter((row) => isResult(row) && numberIn(row, 'speedup') !== undefined)
  return [...groupBy(measured, familyOf).values()]
    .filter((family) => new Set(family.map(threadsOf)).size > 1)
    .map((family) => family.toSorted((a, b) => threadsOf(a) - threadsOf(b)))
}

function withLooks(families: readonly (readonly CsvRow[])[]): Family[] {
  const styles = stylesOf(families.map(([{ mode }]) => mode))
  return families.map((rows, i) => ({
    rows,
    style: styles[i],
    shift: SHIFT * (i - (families.length - 1) / 2),
  }))
}

/** Clipped at the top of the axis. */
function idealLine(threads: readonly number[], { of, grows }: Quantity, top: number): Line {
  const inside = threads.filter((x) => of(x, x) <= top).map((x) => ({ x, y: of(x, x) }))
  const clipped = inside.length < threads.length
  // The ideal speed-up is the number of threads.
  return {
    label: 'ideal',
    computed: true,
    clipped,
    points: clipped && grows ? [...inside, { x: top, y: top }] : inside,
  }
}

const measuredLine = ({ rows, style, shift }: Family, { of }: Quantity, cores: number, withMode: boolean): Line => ({
  label: (withMode ? '' : variantOf(rows[0])) || labelOf(rows[0]),
  style,
  shift,
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

/** The law that was fitted to a family's speed-ups, in the quantity that is drawn; empty without a fit. */
function fittedLine(laws: readonly CsvRow[], { rows, style, shift }: Family, { of }: Quantity): Line[] {
  const curve = lawCurve(laws, rows)
  return curve ? [{ style, shift, computed: true, points: curve.map(({ x, y }) => ({ x, y: of(y, x) })) }] : []
}

const coresMark = (cores: number, exceeded: boolean) => ({
  x: cores,
  label: `${cores} ${cores === 1 ? 'core' : 'cores'}`,
  beyond: exceeded ? 'oversubscribed' : undefined,
})

function axisFor(all: readonly Line[], ideal: number, label: string, logarithmic: boolean): Axis {
  const values = all.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]))
  const [least, most] = [Math.min(...values), Math.max(...values, ideal)]
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
