import * as Plot from '@observablehq/plot'
import { isAgain } from '../../cells/cell.ts'
import { formatDuration } from '../text/format.ts'
import type { TraceEvent } from '../rows/trace.ts'
import {
  comparisonsOf,
  familyOf,
  groupBy,
  isOversubscribed,
  isResult,
  namesOf,
  threadsOf,
  THREADS_NOTE,
  titleOf,
  type Comparison,
} from './comparison.ts'
import { framed } from './frame.ts'
import { bottomAxis, heading, panel, type Panel } from './panel.ts'
import { cellKey, type CsvRow } from '../folder/read-csv.ts'
import { missing, type Chart, type RunData } from './run-data.ts'
import { passLabels, spansOf, stepOf, type PassLabel, type Span, type Step } from './step.ts'
import { inkOn, MUTED, textWidth, WIDTH, WORK_COLOURS, type Work } from './theme.ts'
import { evenTicks } from './ticks.ts'

const MOST_CELLS = 12
/** If one step takes this many times another, each has an axis of its own: the short ones would not show. */
const COMPARABLE = 5
const MARGIN_LEFT = 60
const MARGIN_RIGHT = 14
const MARGIN_TOP = 24
const AXIS_HEIGHT = 40
const PLOT_WIDTH = WIDTH - MARGIN_LEFT - MARGIN_RIGHT
/** The height of a lane: that of text if there are few. */
const LANE = { most: 18, allTogether: 200 }
const TEXT_HEIGHT = 13
/** In pixels; narrower spans do not show. */
const LEAST_WIDTH = 0.2
/** Room for the number of a microbatch. */
const LABEL_WIDTH = textWidth('64')
const WORKS = Object.keys(WORK_COLOURS) as Work[]

interface NamedStep extends Step {
  readonly name: string
}

interface Chosen {
  readonly comparison: Comparison
  readonly cells: readonly { readonly row: CsvRow; readonly events: readonly TraceEvent[] }[]
  /** How many more steps the trace has. */
  readonly more: number
}

/** One step of a cell of each family, thread by thread. */
export const timelineChart: Chart = (data) => {
  if (!data.trace || data.trace.length === 0) throw missing('there is no trace.json, or no step in it')
  if (!data.summary) throw missing('there is no summary.csv')
  const chosen = chooseCells(data)
  if (!chosen) throw missing('trace.json has none of the cells of summary.csv')
  const cores = data.machine.availableCores
  const names = namesOf(chosen.comparison.rows)
  const steps = chosen.cells.map(({ row, events }) => ({
    name: `${names.get(row.cell)}${isOversubscribed(row, cores) ? ' (oversubscribed)' : ''}`,
    ...stepOf(events),
  }))
  const lengths = steps.map(({ length }) => length)
  const longest = Math.max(...lengths)
  const isShared = longest <= COMPARABLE * Math.min(...lengths)
  const panels = steps.map((step, i) =>
    isShared ? stepPanel(step, longest, i === steps.length - 1) : stepPanel(step, step.length, true),
  )
  const used = new Set(steps.flatMap((step) => spansOf(step, 0).map(({ work }) => work)))
  return framed(
    {
      title: 'Timeline: one training step, thread by thread',
      subtitle: [
        `${titleOf(chosen.comparison)}. Each split with its most threads; a step of about median length.`,
        THREADS_NOTE,
        isShared ? 'All have the same time axis.' : 'Each has its own time axis.',
        'Greys: waiting. Numbers: microbatches.',
        chosen.more > 0
          ? `Not drawn: ${chosen.more} more ${chosen.more === 1 ? 'step' : 'steps'} in trace.json, which ui.perfetto.dev shows.`
          : '',
      ],
      legend: WORKS.filter((work) => used.has(work)).map((work) => ({
        label: work,
        colour: WORK_COLOURS[work],
      })),
    },
    data,
    panels,
  )
}

/** From the first comparison that was traced, the cell of each family with the most threads. */
function chooseCells({ summary, trace }: RunData): Chosen | undefined {
  const traced = eventsByRow(trace!, summary!)
  for (const comparison of comparisonsOf(summary!)) {
    const rows = comparison.rows.filter((row) => traced.has(row) && isResult(row) && !isAgain(row.cell))
    const largest = [...groupBy(rows, familyOf).values()].map((family) =>
      family.reduce((a, b) => (threadsOf(b) > threadsOf(a) ? b : a)),
    )
    const cells = largest.slice(0, MOST_CELLS).map((row) => ({ row, events: traced.get(row)! }))
    if (cells.length > 0) return { comparison, cells, more: traced.size - cells.length }
  }
  return undefined
}

/** The events of each cell's process, by summary row. */
function eventsByRow(trace: readonly TraceEvent[], summary: readonly CsvRow[]): Map<CsvRow, TraceEvent[]> {
  const rows = new Map(summary.map((row) => [cellKey(row), row]))
  return new Map(
    [...groupBy(trace, ({ pid }) => String(pid)).values()].flatMap((events) => {
      const row = rows.get(cellKey(events.find(({ name }) => name === 'process_name')?.args ?? {}))
      return row ? [[row, events] as const] : []
    }),
  )
}

/** @param length of the time axis, in microseconds */
function stepPanel(step: NamedStep, length: number, hasAxis: boolean): Panel {
  const { name, ranks } = step
  const lane = Math.min(LANE.most, LANE.allTogether / ranks)
  const bottom = hasAxis ? AXIS_HEIGHT : 4
  const unit = length >= 1000 ? { name: 'ms', us: 1000 } : { name: 'µs', us: 1 }
  const ticks = evenTicks(length / unit.us)
  const usPerPixel = length / PLOT_WIDTH
  const spans = spansOf(step, LEAST_WIDTH * usPerPixel)
  const labels = lane < TEXT_HEIGHT ? [] : passLabels(step, LABEL_WIDTH * usPerPixel)
  const everyLane = Math.ceil(TEXT_HEIGHT / lane)
  const named = Array.from({ length: ranks }, (_, rank) => rank).filter((rank) => rank % everyLane === 0)
  return panel({
    width: WIDTH,
    height: Math.ceil(MARGIN_TOP + lane * ranks + bottom),
    marginLeft: MARGIN_LEFT,
    marginRight: MARGIN_RIGHT,
    marginTop: MARGIN_TOP,
    marginBottom: bottom,
    x: { type: 'linear', domain: [0, length / unit.us], axis: null },
    y: { type: 'linear', domain: [ranks, 0], axis: null },
    marks: [
      heading(`${name}: ${formatDuration(step.length * 1000)}`, MARGIN_LEFT, 18),
      ...WORKS.map((work) =>
        Plot.rect(
          spans.filter((span) => span.work === work),
          {
            x1: ({ from }: Span) => from / unit.us,
            x2: ({ to }: Span) => to / unit.us,
            y1: ({ rank }: Span) => rank + 0.06,
            y2: ({ rank }: Span) => rank + 0.94,
            fill: WORK_COLOURS[work],
          },
        ),
      ),
      Plot.text(labels, {
        x: ({ at }: PassLabel) => at / unit.us,
        y: ({ rank }: PassLabel) => rank + 0.5,
        text: 'label',
        fill: ({ on }: PassLabel) => inkOn(on),
      }),
      Plot.text(named, {
        x: 0,
        y: (rank: number) => rank + 0.5,
        text: (rank: number) => `rank ${rank}`,
        textAnchor: 'end',
        dx: -6,
        fill: MUTED,
      }),
      ...(hasAxis ? [bottomAxis(ticks, String, `time (${unit.name})`)] : []),
    ],
  })
}
