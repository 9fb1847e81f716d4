import { variantOf } from '../../cells/labels.ts'
import { comparisonsOf, groupBy, isOversubscribed, isResult, leftOut, threadsOf, titleOf } from './comparison.ts'
import { framed } from './frame.ts'
import { lines, widestLabel, type Line, type Point } from './lines.ts'
import { numberIn, type CsvRow } from '../folder/read-csv.ts'
import { missing, type Chart } from './run-data.ts'
import { stylesOf } from './theme.ts'
import { evenTicks } from './ticks.ts'

const HEIGHT = 400

/** Idle time of pipelines against the number of microbatches, measured and in their plans. */
export const bubbleChart: Chart = (data) => {
  if (!data.summary) throw missing('there is no summary.csv')
  const { availableCores: cores } = data.machine
  const panels = comparisonsOf(data.summary).flatMap((comparison) => {
    const pipelines = comparison.rows.filter(
      (row) => row.mode === 'pipeline' && threadsOf(row) > 1 && numberIn(row, 'bubble_fraction') !== undefined,
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
        'Markers: the share of all threads’ time that was spent waiting.',
        'Dotted: the share that the plan leaves idle if time is proportional to flop and handing over is free; (p − 1)/(m + p − 1) for p equal stages and m microbatches under gpipe and 1f1b.',
        panels.some(({ rows }) => rows.some((row) => isOversubscribed(row, cores)))
          ? `Hollow: more threads than the ${cores} cores.`
          : '',
        leftOut(panels.flatMap(({ rows }) => rows)),
      ],
    },
    data,
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

/** A line per schedule, and a dotted one per ideal, which schedules may share. */
function linesOf(rows: readonly CsvRow[], cores: number): Line[] {
  const series = [...groupBy(rows, variantOf)]
  const styles = stylesOf(series.map(([, [{ mode }]]) => mode))
  const schedules = series.map(([schedule, own], i) => {
    const sorted = own.toSorted((a, b) => Number(a.microbatches) - Number(b.microbatches))
    const points = (column: string, drawn = sorted) =>
      drawn.map((row) => ({
        x: Number(row.microbatches),
        y: 100 * numberIn(row, column)!,
        hollow: isOversubscribed(row, cores),
      }))
    return {
      schedule,
      style: styles[i],
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
      const label = `ideal ${same.map(({ schedule }) => schedule).join(', ')}`
      return { label, computed: true, points: same[0].ideal }
    }),
    ...schedules.map(({ schedule, style, measured }): Line => ({ label: schedule, style, points: measured })),
  ]
}

/** Closer lines than this, in percentage points, look like one. */
const LEAST_APART = 0.5

const coincide = (a: readonly Point[], b: readonly Point[]): boolean =>
  a.length === b.length && a.every(({ x, y }, i) => x === b[i].x && Math.abs(y - b[i].y) < LEAST_APART)
