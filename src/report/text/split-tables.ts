import { fieldsOf } from '../../cells/dimensions.ts'
import type { Cell } from '../../cells/cell.ts'
import type { Summary } from '../../measure/summary.ts'
import type { Judged } from '../../measure/outcome.ts'
import { formatDuration, formatInterval, percent, signedPercent } from './format.ts'
import { detailOf, splitLabel } from '../../cells/labels.ts'
import { boxedTable, plainTable, type TextTable } from './text-table.ts'
import { red } from './wrap.ts'

const threadsOf = ({ plan }: Cell): number => plan.programs.length

/** The field of microbatches; undefined unless the pipelines differ in them. */
function microbatchesOf(rows: readonly Judged[]): ((row: Judged) => string) | undefined {
  const pipelined = rows.map(({ cell }) => fieldsOf(cell)).filter(({ schedule }) => schedule !== undefined)
  if (new Set(pipelined.map(({ microbatches }) => microbatches)).size < 2) return undefined
  return ({ cell }) => {
    const { schedule, microbatches } = fieldsOf(cell)
    return schedule === undefined ? '' : String(microbatches)
  }
}

type Column = readonly [head: string, field: (row: Judged) => string]

const tableOf = (rows: readonly Judged[], columns: readonly Column[], left: readonly string[]): TextTable => ({
  head: columns.map(([head]) => head),
  rows: rows.map((row) => columns.map(([, field]) => field(row))),
  left,
})

/** A field that is empty for cells that were not timed. */
const measured =
  (field: (summary: Summary, row: Judged) => string): Column[1] =>
  (row) =>
    row.summary ? field(row.summary, row) : ''

const verdictOf = ({ summary, status, verdict }: Judged): string =>
  !summary || status === 'not-finite' ? red(status) : verdict.match

/** All columns, also for Markdown. */
export function scalingColumns(rows: readonly Judged[]): TextTable {
  const microbatches = microbatchesOf(rows)
  return tableOf(
    rows,
    [
      ['mode', ({ cell }) => cell.mode],
      ['schedule', ({ cell }) => detailOf(fieldsOf(cell), cell.name)],
      ['threads', ({ cell, status }) => `${threadsOf(cell)}${status === 'oversubscribed' ? ' (oversubscribed)' : ''}`],
      ...(microbatches ? [['microbatches', microbatches] as const] : []),
      ['median step', measured(({ medianNs }) => formatDuration(medianNs))],
      ['samples/s', measured(({ samplesPerSecond }) => samplesPerSecond.toFixed(0))],
      ['GFLOP/s', measured(({ gflops }) => gflops.toFixed(2))],
      ['speed-up', measured(speedupOf)],
      [
        'efficiency (together)',
        measured(({ efficiency, efficiencyTogether }) =>
          [
            efficiency === undefined ? '' : percent(efficiency),
            efficiencyTogether === undefined ? '' : ` (${percent(efficiencyTogether)})`,
          ].join(''),
        ),
      ],
      [
        'bubble (ideal)',
        measured(
          ({ bubbleFraction, bubbleFractionIdeal }) => `${percent(bubbleFraction)} (${percent(bubbleFractionIdeal)})`,
        ),
      ],
      ['predicted', measured((_, { prediction }) => (prediction ? signedPercent(prediction.share) : ''))],
      ['match', verdictOf],
    ],
    ['mode', 'schedule', 'match'],
  )
}

/** The wide table. */
export const scalingTable = (rows: readonly Judged[]): string => boxedTable(scalingColumns(rows))

/** A table for 80 columns; `*` marks more threads than cores. */
export function splitTable(rows: readonly Judged[]): string {
  const microbatches = microbatchesOf(rows)
  return plainTable(
    tableOf(
      rows,
      [
        ['split', ({ cell }) => splitLabel(fieldsOf(cell))],
        ['on', ({ cell, status }) => `${threadsOf(cell)}${status === 'oversubscribed' ? '*' : ''}`],
        ...(microbatches ? [['parts', microbatches] as const] : []),
        ['step', measured(({ medianNs }) => formatDuration(medianNs))],
        ['times as fast', measured(speedupOf)],
        [
          'wait (plan)',
          measured(
            ({ bubbleFraction, bubbleFractionIdeal }) => `${percent(bubbleFraction)} (${percent(bubbleFractionIdeal)})`,
          ),
        ],
        ['weights', verdictOf],
      ],
      ['split', 'weights'],
    ),
  )
}

const speedupOf = ({ speedup, speedupInterval }: Summary, { differs }: Judged): string =>
  speedup === undefined || speedupInterval === undefined
    ? ''
    : `${differs === false ? '≈ ' : ''}${formatInterval(speedup, speedupInterval)}`
