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
} from './comparison.ts'
import { framed } from './frame.ts'
import { lines, widestLabel, type Line, type Point } from './lines.ts'
import { numberIn, type CsvRow } from '../folder/read-csv.ts'
import { styleOf } from './theme.ts'
import { evenTicks } from './ticks.ts'

const HEIGHT = 400

/** Idle time of pipelines against the number of microbatches, as measured and as their plans have it. */
export const bubbleChart: Chart = (data) => {
  if (!data.summary) throw missing('there is no summary.csv')
  const { availableCores: cores } = data.machine
  const panels = comparisonsOf(data.summary).flatMap((comparison) => {
    const pipelines = comparison.rows.filter(
      (row) =>
        row.mode === 'pipeline' && threadsOf(row) > 1 && numberIn(row, 'bubble_fraction') !== undefined,
    )
    return [...groupBy(pipelines, ({ threads }) => threads)]
      .filter(([, rows]) => microbatchesOf(rows.filter(isResult)).length > 1)
      .map(([threads, rows]) => ({ title: `${titleOf(comparison)}, ${threads} threads`, rows }))
  })
  if (panels.length === 0) throw missing('no pipelines differ in their microbatches alone')
  const drawn = panels.map(({ title, rows }) => ({ title, rows, all: linesOf(rows, cores) }))
  const everything = drawn.flatMap(({ all }) => all)
  const most = Math.max(...everything.flatMap(({ points }) => points.map(({ y }) => y)))
  const ticks = evenTicks(most)
  return framed(
    {
      title: 'Bubble: idle time against microbatches',
      subtitle: [
        'Solid: the share of all threads’ time that was spent waiting.',
        'Dashed: what the plan itself leaves idle if handing over were free, time being proportional to flop; (p − 1)/(m + p − 1) for p equal stages and m microbatches under gpipe and 1f1b.',
        panels.some(({ rows }) => rows.some((row) => isOversubscribed(row, cores)))
          ? `Hollow: more threads than the ${cores} cores.`
          : '',
        leftOut(panels.flatMap(({ rows }) => rows)),
      ],
      caption: captionOf(data),
    },
    drawn.map(({ title, rows, all }) =>
      lines(all, {
        title,
        height: HEIGHT,
        labelWidth: widestLabel(everything),
        x: {
          label: 'microbatches',
          type: 'log',
          ticks: microbatchesOf(rows),
          format: String,
          domain: [microbatchesOf(rows)[0], microbatchesOf(rows).at(-1)!],
        },
        y: {
          label: 'bubble (waiting / (threads × step time), %)',
          type: 'linear',
          ticks,
          format: String,
          domain: [0, Math.max(most, ticks[ticks.length - 1])],
        },
      }),
    ),
  )
}

const microbatchesOf = (rows: readonly CsvRow[]): number[] =>
  [...new Set(rows.map(({ microbatches }) => Number(microbatches)))].sort((a, b) => a - b)

/** The schedule, with what else tells the cell's name from others besides threads and microbatches. */
const scheduleOf = ({ cell }: CsvRow): string =>
  familyOf(cell)
    .replace(/-m\d+$/, '')
    .replace(/^pipeline-/, '')

/** A solid line per schedule, and a dashed one per ideal: schedules may have the same. */
function linesOf(rows: readonly CsvRow[], cores: number): Line[] {
  const schedules = [...groupBy(rows, scheduleOf)].map(([schedule, of], i) => {
    const sorted = of.toSorted((a, b) => Number(a.microbatches) - Number(b.microbatches))
    const points = (column: string, rowsOf = sorted) =>
      rowsOf.map((row) => ({
        x: Number(row.microbatches),
        y: 100 * numberIn(row, column)!,
        hollow: isOversubscribed(row, cores),
      }))
    return {
      schedule,
      style: styleOf(i),
      measured: points('bubble_fraction', sorted.filter(isResult)),
      ideal: points('bubble_fraction_ideal'),
    }
  })
  const ideals: (typeof schedules)[] = []
  for (const each of schedules) {
    const same = ideals.find(([{ ideal }]) => coincide(ideal, each.ideal))
    if (same) same.push(each)
    else ideals.push([each])
  }
  return [
    ...ideals.map((same): Line => {
      const [{ ideal, style }] = same
      const label = `ideal ${same.map(({ schedule }) => schedule).join(', ')}`
      return { label, computed: true, points: ideal, ...(same.length === 1 ? { style } : {}) }
    }),
    ...schedules.map(({ schedule, style, measured }): Line => ({ label: schedule, style, points: measured })),
  ]
}

/** Lines nearer to each other than this, in percent, look like one. */
const LEAST_APART = 0.5

const coincide = (a: readonly Point[], b: readonly Point[]): boolean =>
  a.length === b.length && a.every(({ x, y }, i) => x === b[i].x && Math.abs(y - b[i].y) < LEAST_APART)
