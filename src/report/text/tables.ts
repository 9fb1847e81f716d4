import { fieldsOf } from '../../cells/dimensions.ts'
import type { Cell } from '../../cells/cell.ts'
import { isSound, type Judged } from '../../measure/outcome.ts'
import type { Summary } from '../../measure/summary.ts'
import type { Outlook } from '../../simulate/outlook.ts'
import { formatDuration, formatInterval, inMib, percent, signedPercent } from './format.ts'
import { detailOf, splitLabel } from '../../cells/labels.ts'
import { threadsOf } from './splits.ts'
import { boxedTable, drawnPlain, plainTable, tableOf, type TextColumn, type TextTable } from './text-table.ts'

/** All columns, also for Markdown. */
export const scalingColumns = (rows: readonly Judged[]): TextTable =>
  judgedTable(rows, [
    ['mode', ({ cell }) => cell.mode, 'left'],
    ['schedule', ({ cell }) => detailOf(fieldsOf(cell), cell.name), 'left'],
    ['threads', (row) => `${threadsOf(row)}${row.status === 'oversubscribed' ? ' (oversubscribed)' : ''}`],
    ...microbatches(rows, 'microbatches'),
    ['median step', timed(({ medianNs }) => formatDuration(medianNs))],
    ['samples/s', timed(({ samplesPerSecond }) => samplesPerSecond.toFixed(0))],
    ['GFLOP/s', timed(({ gflops }) => gflops.toFixed(2))],
    ['speed-up', timed(speedupOf)],
    ['efficiency (together)', timed(efficiencyOf)],
    ['bubble (ideal)', timed(bubbleOf)],
    ['predicted', timed((_, { prediction }) => (prediction ? signedPercent(prediction.share) : ''))],
    ['match', verdictOf, 'left'],
  ])

/** The wide table. */
export const scalingTable = (rows: readonly Judged[]): string => boxedTable(scalingColumns(rows))

/** A table for 80 columns; `*` marks more threads than cores. */
export const splitTable = (rows: readonly Judged[]): string =>
  drawnPlain(
    judgedTable(rows, [
      ['split', ({ cell }) => splitLabel(fieldsOf(cell)), 'left'],
      ['on', (row) => `${threadsOf(row)}${row.status === 'oversubscribed' ? '*' : ''}`],
      ...microbatches(rows, 'parts'),
      ['step', timed(({ medianNs }) => formatDuration(medianNs))],
      ['times as fast', timed(speedupOf)],
      ['wait (plan)', timed(bubbleOf)],
      ['weights', verdictOf, 'left'],
    ]),
  )

/** Cells without a result are marked. */
const judgedTable = (rows: readonly Judged[], columns: readonly TextColumn<Judged>[]): TextTable =>
  tableOf(rows, columns, (row) => !isSound(row))

function microbatchesOf({ cell }: Judged): string {
  const { schedule, microbatches } = fieldsOf(cell)
  return schedule === undefined ? '' : String(microbatches)
}

/** A column of microbatches if pipelines differ in them. */
const microbatches = (rows: readonly Judged[], head: string): TextColumn<Judged>[] =>
  new Set(rows.map(microbatchesOf).filter(Boolean)).size < 2 ? [] : [[head, microbatchesOf]]

/** A field that is empty for cells that were not timed. */
const timed =
  (field: (summary: Summary, row: Judged) => string) =>
  (row: Judged): string =>
    row.summary ? field(row.summary, row) : ''

/** Serial is what the others are compared with. */
const isMarked = ({ cell, differs }: Judged): boolean => differs !== true && (cell.mode !== 'serial' || cell.again)

const speedupOf = ({ speedup, speedupInterval }: Summary, row: Judged): string =>
  speedup === undefined ? '' : `${isMarked(row) ? '≈ ' : ''}${formatInterval(speedup, speedupInterval)}`

const efficiencyOf = ({ efficiency, efficiencyTogether }: Summary): string =>
  (efficiency === undefined ? '' : percent(efficiency)) +
  (efficiencyTogether === undefined ? '' : ` (${percent(efficiencyTogether)})`)

const bubbleOf = ({ bubbleFraction, bubbleFractionIdeal }: Summary): string =>
  `${percent(bubbleFraction)} (${percent(bubbleFractionIdeal)})`

/** A cell without a result says why. */
function verdictOf({ summary, status, verdict }: Judged): string {
  if (!isSound({ status })) return status
  return summary ? verdict.match : 'not timed'
}

/** MiB per thread of each cell, and the share of time that its plan leaves idle. */
export const memoryTable = (
  rows: readonly { readonly cell: Cell; readonly perRank: readonly number[]; readonly idle: number }[],
): string =>
  plainTable(rows, [
    ['split', ({ cell }) => splitLabel(fieldsOf(cell)), 'left'],
    ['threads', ({ perRank }) => String(perRank.length)],
    ['MiB: most of a thread', ({ perRank }) => inMib(Math.max(...perRank))],
    ['least', ({ perRank }) => inMib(Math.min(...perRank))],
    ['together', ({ perRank }) => inMib(perRank.reduce((sum, bytes) => sum + bytes, 0))],
    ['idle by plan', ({ idle }) => percent(idle)],
  ])

export const OUTLOOK_LEGEND =
  'times: as fast as serial. Shares of all ranks’ time: useful, serial’s work (the efficiency); bubble, waiting; extra, ' +
  'work that serial does not have or does faster; handoff, what handoffs add to the step.'

/** A row per simulated cell. */
export const outlookTable = (
  rows: readonly { readonly name: string; readonly ranks: number; readonly outlook: Outlook }[],
): string =>
  plainTable(rows, [
    ['cell', ({ name }) => name, 'left'],
    ['ranks', ({ ranks }) => String(ranks)],
    ['step', ({ outlook }) => formatDuration(outlook.step)],
    ['times', ({ outlook }) => outlook.speedup.toFixed(2)],
    ['useful', ({ outlook }) => percent(outlook.efficiency, 1)],
    ['bubble', ({ outlook }) => percent(outlook.bubble, 1)],
    ['extra', ({ outlook }) => percent(outlook.moreWork, 1)],
    ['handoff', ({ outlook }) => percent(outlook.handoff, 1)],
  ])
