import { groupBy } from '../../measure/statistics.ts'
import * as Plot from '@observablehq/plot'
import { isAgain } from '../../cells/cell.ts'
import { formatDuration } from '../text/format.ts'
import { framed } from './frame.ts'
import { bottomAxis, heading, panel, textWidth, WIDTH, type Panel } from './panel.ts'
import { cellKey } from '../folder/read-csv.ts'
import { comparisonsOf, MissingData, THREADS_NOTE, type DrawnCell, type Chart } from './run-data.ts'
import { passLabels, spansOf, stepOf, type Step } from './step.ts'
import { inkOn, MUTED, WORK_COLOURS, type Work } from './theme.ts'
import { evenTicks } from './ticks.ts'

const MOST_CELLS = 12
/** If one step takes this many times another, each has an axis of its own: the short ones would not show. */
const COMPARABLE = 5
const MARGINS = { marginLeft: 60, marginRight: 14, marginTop: 24 }
const AXIS_HEIGHT = 40
const PLOT_WIDTH = WIDTH - MARGINS.marginLeft - MARGINS.marginRight
/** The height of a lane: that of text if there are few. */
const LANE = { most: 18, allTogether: 200 }
const TEXT_HEIGHT = 13
/** In pixels; narrower spans do not show. */
const LEAST_WIDTH = 0.2
/** Room for the number of a microbatch. */
const LABEL_WIDTH = textWidth('64')
const WORKS = Object.keys(WORK_COLOURS) as Work[]

/** One step of the cell with the most threads of each family, from the first comparison that was traced. */
export const timelineChart: Chart = (data) => {
  if (!data.trace || data.trace.length === 0) throw new MissingData('there is no trace.json, or no step in it')
  const processes = [...groupBy(data.trace, ({ pid }) => String(pid)).values()]
  const traced = new Map(
    processes.map((events) => [cellKey(events.find(({ name }) => name === 'process_name')?.args ?? {}), events]),
  )
  const isTraced = ({ row }: DrawnCell) => traced.has(cellKey(row))
  const isDrawable = (cell: DrawnCell) => isTraced(cell) && cell.isResult && !isAgain(cell.row.cell)
  const comparisons = comparisonsOf(data)
  const chosen = comparisons.find(({ cells }) => cells.some(isDrawable))
  if (!chosen) throw new MissingData('trace.json has none of the cells of summary.csv')
  const families = groupBy(chosen.cells.filter(isDrawable), ({ family }) => family)
  const steps = [...families.values()].slice(0, MOST_CELLS).map((family) => {
    const { row, name, isOversubscribed } = family.reduce((a, b) => (b.threads > a.threads ? b : a))
    return { name: `${name}${isOversubscribed ? ' (oversubscribed)' : ''}`, ...stepOf(traced.get(cellKey(row))!) }
  })
  const more = comparisons.flatMap(({ cells }) => cells.filter(isTraced)).length - steps.length
  const lengths = steps.map(({ length }) => length)
  const longest = Math.max(...lengths)
  const isShared = longest <= COMPARABLE * Math.min(...lengths)
  const used = new Set(steps.flatMap((step) => spansOf(step, 0).map(({ work }) => work)))
  return framed(data, {
    title: 'Timeline: one training step, thread by thread',
    subtitle: [
      `${chosen.title}. Each split with its most threads; a step of about median length.`,
      THREADS_NOTE,
      isShared ? 'All have the same time axis.' : 'Each has its own time axis.',
      'Greys: waiting. Numbers: microbatches.',
      more > 0
        ? `Not drawn: ${more} more ${more === 1 ? 'step' : 'steps'} in trace.json, which ui.perfetto.dev shows.`
        : '',
    ],
    legend: WORKS.filter((work) => used.has(work)),
    panels: steps.map((step, i) =>
      stepPanel(step, isShared ? longest : step.length, !isShared || i === steps.length - 1),
    ),
  })
}

/** @param length of the time axis, in microseconds */
function stepPanel(step: Step & { readonly name: string }, length: number, hasAxis: boolean): Panel {
  const { name, ranks } = step
  const lane = Math.min(LANE.most, LANE.allTogether / ranks)
  const marginBottom = hasAxis ? AXIS_HEIGHT : 4
  const unit = length >= 1000 ? { name: 'ms', us: 1000 } : { name: 'µs', us: 1 }
  const usPerPixel = length / PLOT_WIDTH
  const spans = spansOf(step, LEAST_WIDTH * usPerPixel).map(({ rank, work, from, to }) => {
    return { work, x1: from / unit.us, x2: to / unit.us, y1: rank + 0.06, y2: rank + 0.94 }
  })
  const passes = lane < TEXT_HEIGHT ? [] : passLabels(step, LABEL_WIDTH * usPerPixel)
  const labels = passes.map(({ rank, label, at, on }) => ({ label, x: at / unit.us, y: rank + 0.5, ink: inkOn(on) }))
  const everyLane = Math.ceil(TEXT_HEIGHT / lane)
  const lanes = Array.from({ length: Math.ceil(ranks / everyLane) }, (_, i) => i * everyLane)
  const named = lanes.map((rank) => ({ label: `rank ${rank}`, x: 0, y: rank + 0.5 }))
  return panel({
    height: Math.ceil(MARGINS.marginTop + lane * ranks + marginBottom),
    ...MARGINS,
    marginBottom,
    x: { type: 'linear', domain: [0, length / unit.us], axis: null },
    y: { type: 'linear', domain: [ranks, 0], axis: null },
    marks: [
      heading(`${name}: ${formatDuration(step.length * 1000)}`, MARGINS.marginLeft, 18),
      ...WORKS.map((work) =>
        Plot.rect(
          spans.filter((span) => span.work === work),
          { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: WORK_COLOURS[work] },
        ),
      ),
      Plot.text(labels, { x: 'x', y: 'y', text: 'label', fill: 'ink' }),
      Plot.text(named, { x: 'x', y: 'y', text: 'label', textAnchor: 'end', dx: -6, fill: MUTED }),
      hasAxis ? bottomAxis(evenTicks(length / unit.us), `time (${unit.name})`) : null,
    ],
  })
}
