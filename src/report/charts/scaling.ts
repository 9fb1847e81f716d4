import { groupBy } from '../../measure/statistics.ts'
import { isAgain } from '../../cells/cell.ts'
import { labelOf, modeLabelOf, variantOf } from '../../cells/labels.ts'
import { amdahl } from '../../measure/laws/serial-share.ts'
import { usl } from '../../measure/laws/usl.ts'
import { numberIn, type CsvRow } from '../folder/read-csv.ts'
import { framed } from './frame.ts'
import { linePanels, seriesOf, type Axis, type Line, type PlotPoint } from './lines.ts'
import { comparisonsOf, leftOut, markNote, MissingData, valuesOf, type DrawnCell, type Chart } from './run-data.ts'
import { evenTicks, powersOfTwo } from './ticks.ts'

/** More lines than this in one panel cannot be followed; then each mode has a panel. */
const MOST_LINES = 8
const HEIGHT = { alone: 430, oneOfMany: 300 }
/** Up to this many threads both axes are linear, beyond it logarithmic; the ideal is a straight line in either. */
const LINEAR_THREADS = 8
/** Pixels between the whiskers of two lines. */
const SHIFT = 4
/** Points of a fitted law: enough for a smooth curve. */
const CURVE_POINTS = 49

/** A quantity over threads. */
interface Quantity {
  readonly title: string
  readonly axis: string
  readonly of: (speedup: number, threads: number) => number
  /** Whether it grows with the threads, and so has the same kind of axis. */
  readonly grows: boolean
}

const scalingChart =
  (quantity: Quantity): Chart =>
  (data) => {
    const [widest] = comparisonsOf(data)
      .map((comparison) => ({ ...comparison, scaled: scaledOf(comparison.cells) }))
      .map((comparison) => ({ ...comparison, threads: valuesOf(comparison.scaled, 'threads') }))
      .filter(({ threads }) => threads.length > 1)
      .sort((a, b) => b.threads.length - a.threads.length)
    if (!widest) throw new MissingData('no cells of the same work differ in their threads alone')
    const { title, cells, scaled, threads } = widest
    const cores = data.machine.availableCores
    const [fewest, most] = [threads[0], threads[threads.length - 1]]
    const families = new Set(scaled.map(({ family }) => family)).size
    const groups = [...groupBy(scaled, ({ row }) => (families > MOST_LINES ? row.mode : '')).values()]
    const panels = groups.map((group) => ({
      title: groups.length > 1 ? modeLabelOf(group[0].row) : undefined,
      lines: linesOf(group, data.laws ?? [], quantity, groups.length > 1),
    }))
    const lines = panels.flatMap((each) => each.lines)
    const type = most > LINEAR_THREADS ? 'log' : 'linear'
    // Beyond the cores nothing can follow the ideal: the axis ends where the data does, and the ideal with it.
    const reachable = Math.min(most, Math.max(cores, fewest))
    const y = axisFor(lines, quantity.of(reachable, reachable), quantity.axis, quantity.grows ? type : 'linear')
    const ideal = idealLine(threads, quantity, y.most)
    return framed(data, {
      title: quantity.title,
      subtitle: [
        `${title}.`,
        'Whiskers: 95 % intervals over blocks.',
        lines.some(({ computed }) => computed) ? 'Dotted curves: fitted laws.' : '',
        markNote('Hollow', scaled, data),
        leftOut(cells),
      ],
      panels: linePanels(
        groups.length > 1 ? HEIGHT.oneOfMany : HEIGHT.alone,
        panels.map((each) => ({
          title: each.title,
          lines: [ideal, ...each.lines],
          x: { label: 'threads', type, ticks: threads },
          y,
          limit: { x: cores, label: `${cores} ${cores === 1 ? 'core' : 'cores'}`, beyond: 'oversubscribed' },
        })),
      ),
    })
  }

/** Speed-up over serial against threads. */
export const speedupChart = scalingChart({
  title: 'Speed-up over one thread',
  axis: 'speed-up (serial step time / step time)',
  of: (speedup) => speedup,
  grows: true,
})

/** Efficiency, speed-up per thread, against threads. */
export const efficiencyChart = scalingChart({
  title: 'Efficiency: speed-up per thread',
  axis: 'efficiency (speed-up / threads, %)',
  of: (speedup, threads) => (100 * speedup) / threads,
  grows: false,
})

/**
 * The cells of the families that were measured with several thread counts, in ascending order of them; none if serial has
 * no result that their speed-ups could be over.
 */
function scaledOf(cells: readonly DrawnCell[]): DrawnCell[] {
  if (cells.some(({ row, isResult }) => row.mode === 'serial' && !isAgain(row.cell) && !isResult)) return []
  const measured = cells.filter(({ row, isResult }) => isResult && numberIn(row, 'speedup') !== undefined)
  return [...groupBy(measured, ({ family }) => family).values()]
    .filter((family) => valuesOf(family, 'threads').length > 1)
    .flatMap((family) => family.sort((a, b) => a.threads - b.threads))
}

/** The laws that were fitted to families, then what was measured. */
function linesOf(cells: readonly DrawnCell[], laws: readonly CsvRow[], { of }: Quantity, isOneMode: boolean): Line[] {
  const pointOf = ({ row, threads, isOversubscribed }: DrawnCell): PlotPoint => {
    const [y, low, high] = ['speedup', 'speedup_ci_low', 'speedup_ci_high'].map((column) => {
      const speedup = numberIn(row, column)
      return speedup === undefined ? undefined : of(speedup, threads)
    })
    return { x: threads, y: y!, low, high, hollow: isOversubscribed }
  }
  const families = seriesOf(cells, ({ family }) => family).map(({ cells: own, style }, i, all) => {
    const look = { style, shift: SHIFT * (i - (all.length - 1) / 2) }
    const curve = lawCurve(laws, own).map(({ x, y }) => ({ x, y: of(y, x) }))
    const label = (isOneMode && variantOf(own[0].row)) || labelOf(own[0].row)
    return [
      { ...look, computed: true, points: curve },
      { ...look, label, points: own.map(pointOf) },
    ] as const
  })
  return [
    ...families.map(([fitted]) => fitted).filter(({ points }) => points.length > 0),
    ...families.map(([, measured]) => measured),
  ]
}

/**
 * The law that was fitted to a family's speed-ups, as a curve over its threads: the Universal Scalability Law where it
 * could be fitted, else Amdahl's; empty without either.
 */
function lawCurve(laws: readonly CsvRow[], family: readonly DrawnCell[]): PlotPoint[] {
  const { experiment, cell, threads } = family[0].row
  // A series is named after its cells, without the threads.
  const fitted = laws.filter((row) => row.experiment === experiment && `${row.series}-${threads}` === cell)
  for (const { name, parameters, speedAt } of [usl, amdahl]) {
    const rows = parameters.map((each) => fitted.find(({ law, parameter }) => law === name && parameter === each.name))
    const values = rows.flatMap((row) => (row && numberIn(row, 'value')) ?? [])
    if (values.length < parameters.length) continue
    const [from, to] = [family[0].threads, family[family.length - 1].threads]
    const xs = Array.from({ length: CURVE_POINTS }, (_, i) => from * (to / from) ** (i / (CURVE_POINTS - 1)))
    return xs.map((x) => ({ x, y: speedAt(values, x) }))
  }
  return []
}

/** Clipped at the top of the axis. */
function idealLine(threads: readonly number[], { of, grows }: Quantity, top: number): Line {
  const inside = threads.filter((x) => of(x, x) <= top).map((x) => ({ x, y: of(x, x) }))
  const clipped = inside.length < threads.length
  // The ideal speed-up is the number of threads.
  const points = clipped && grows ? [...inside, { x: top, y: top }] : inside
  return { label: 'ideal', computed: true, clipped, points }
}

function axisFor(lines: readonly Line[], ideal: number, label: string, type: Axis['type']): Required<Axis> {
  const values = lines.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]))
  const most = Math.max(...values, ideal)
  const ticks = type === 'log' ? powersOfTwo(Math.min(...values), most) : evenTicks(most)
  return { label, type, ticks, most: Math.max(most, ticks[ticks.length - 1]) }
}
