import { groupBy } from '../../measure/statistics.ts'
import { variantOf } from '../../cells/labels.ts'
import { numberIn } from '../folder/read-csv.ts'
import { framed } from './frame.ts'
import { linePanels, seriesOf, type Line, type PlotPoint } from './lines.ts'
import {
  comparisonsOf,
  leftOut,
  markNote,
  MissingData,
  results,
  valuesOf,
  type DrawnCell,
  type Chart,
} from './run-data.ts'
import { evenTicks } from './ticks.ts'

const HEIGHT = 400

/** Idle time of pipelines against the number of microbatches, measured and in their plans. */
export const bubbleChart: Chart = (data) => {
  const panels = comparisonsOf(data).flatMap(({ title, cells }) => {
    const pipelines = cells.filter(
      ({ row, threads }) => row.mode === 'pipeline' && threads > 1 && numberIn(row, 'bubble_fraction') !== undefined,
    )
    return [...groupBy(pipelines, ({ row }) => row.threads)]
      .filter(([, own]) => valuesOf(results(own), 'microbatches').length > 1)
      .map(([threads, own]) => ({ title: `${title}, ${threads} threads`, cells: own, lines: linesOf(own) }))
  })
  if (panels.length === 0) throw new MissingData('no pipelines differ in their microbatches alone')
  const drawn = panels.flatMap(({ cells }) => cells)
  const most = Math.max(...panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ y }) => y))))
  return framed(data, {
    title: 'Bubble: idle time against microbatches',
    subtitle: [
      'Markers: the share of all threads’ time that was spent waiting.',
      'Dotted: the share that the plan leaves idle if time is proportional to flop and handing over is free; (p − 1)/(m + p − 1) for p equal stages and m microbatches under gpipe and 1f1b.',
      markNote('Hollow', drawn, data),
      leftOut(drawn),
    ],
    panels: linePanels(
      HEIGHT,
      panels.map(({ title, cells, lines }) => ({
        title,
        lines,
        x: { label: 'microbatches', type: 'log', ticks: valuesOf(cells, 'microbatches') },
        y: { label: 'bubble (waiting / (threads × step time), %)', type: 'linear', ticks: evenTicks(most), most },
      })),
    ),
  })
}

/** A line per schedule, and a dotted one per ideal, which schedules may share. */
function linesOf(cells: readonly DrawnCell[]): Line[] {
  const ideals: { points: PlotPoint[]; schedules: string[] }[] = []
  const measured = seriesOf(cells, ({ row }) => variantOf(row)).map(({ name, cells: own, style }) => {
    const sorted = own.toSorted((a, b) => Number(a.row.microbatches) - Number(b.row.microbatches))
    const points = sorted.map(pointOf('bubble_fraction_ideal'))
    const same = ideals.find((ideal) => coincide(ideal.points, points))
    if (same) same.schedules.push(name)
    else ideals.push({ points, schedules: [name] })
    return { label: name, style, points: results(sorted).map(pointOf('bubble_fraction')) }
  })
  return [
    ...ideals.map(({ points, schedules }) => ({ label: `ideal ${schedules.join(', ')}`, computed: true, points })),
    ...measured,
  ]
}

const pointOf =
  (column: string) =>
  ({ row, isOversubscribed }: DrawnCell): PlotPoint => {
    return { x: Number(row.microbatches), y: 100 * numberIn(row, column)!, hollow: isOversubscribed }
  }

/** Closer lines than this, in percentage points, look like one. */
const LEAST_APART = 0.5

const coincide = (a: readonly PlotPoint[], b: readonly PlotPoint[]): boolean =>
  a.length === b.length && a.every(({ x, y }, i) => x === b[i].x && Math.abs(y - b[i].y) < LEAST_APART)
