import Table from 'cli-table3'
import pico from 'picocolors'
import type { Cell } from '../../cells/cell.ts'
import { EXECUTION } from '../../cells/cell.ts'
import { isPipelined, isReplicated } from '../../plan/modes.ts'
import type { Summary } from '../../measure/summary.ts'
import type { Epoch } from '../../measure/train.ts'
import { formatDuration, mib, percent, signedPercent } from './format.ts'
import type { Judged } from '../../measure/outcome.ts'

const COLUMNS = [
  'mode',
  'schedule',
  'threads',
  'median step',
  'samples/s',
  'GFLOP/s',
  'speed-up',
  'efficiency (together)',
  'bubble (ideal)',
  'predicted',
  'match',
]
const TEXT_COLUMNS = 2
/** Enough to see by eye whether two hashes are the same. */
const HASH_DIGITS = 12

/** On Windows and on build servers picocolors would colour pipes too. */
const { red } = pico.createColors(
  pico.isColorSupported && (process.stdout.isTTY || 'FORCE_COLOR' in process.env),
)

/** The table that ends a run, for a terminal that shows colours or not. */
export function scalingTable(rows: readonly Judged[]): string {
  const table = new Table({
    head: COLUMNS,
    style: { head: [], border: [], compact: true },
    colAligns: COLUMNS.map((_, i) => (i < TEXT_COLUMNS || i === COLUMNS.length - 1 ? 'left' : 'right')),
  })
  for (const row of rows) table.push(cellsOf(row))
  return table.toString()
}

function cellsOf({ cell, summary, verdict, status, differs, prediction }: Judged): string[] {
  const { mode, plan } = cell
  const count = String(plan.programs.length)
  const detail = detailOf(cell)
  const threads = status === 'oversubscribed' ? `${count} (oversubscribed)` : count
  if (!summary) return [mode, detail, threads, '', '', '', '', '', '', '', red(status)]
  return [
    mode,
    detail,
    threads,
    formatDuration(summary.medianNs),
    summary.samplesPerSecond.toFixed(0),
    summary.gflops.toFixed(2),
    `${differs === false ? '≈ ' : ''}${formatSpeedup(summary)}`,
    summary.efficiencyTogether === undefined
      ? percentIfKnown(summary.efficiency)
      : `${percentIfKnown(summary.efficiency)} (${percent(summary.efficiencyTogether)})`,
    `${percent(summary.bubbleFraction)} (${percent(summary.bubbleFractionIdeal)})`,
    prediction ? signedPercent(prediction.share) : '',
    status === 'not-finite' ? red(status) : verdict.match,
  ]
}

/** What tells a cell from others of its mode: grid, schedule, reduction, and how it is run where that is not as usual. */
function detailOf({ mode, grid, dispatch, wait, again }: Cell): string {
  const { dp, pp, tp, reduction, handoff } = grid
  return [
    mode === 'hybrid' ? `${dp}x${pp}x${tp}` : '',
    again ? 'again' : '',
    isPipelined(mode, grid) ? (grid.table ? 'file' : grid.schedule) : '',
    isReplicated(mode, grid) ? reduction : '',
    handoff === 'shared' ? '' : handoff,
    dispatch === EXECUTION.dispatch ? '' : dispatch,
    wait === EXECUTION.wait ? '' : wait,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function formatSpeedup({ speedup, speedupInterval }: Summary): string {
  if (speedup === undefined || speedupInterval === undefined) return ''
  return `${speedup.toFixed(2)} [${speedupInterval.low.toFixed(2)}, ${speedupInterval.high.toFixed(2)}]`
}

const percentIfKnown = (share: number | undefined): string => (share === undefined ? '' : percent(share))

/** What each cell needs per thread, from the most to the least of its threads, and what it leaves idle. */
export function memoryTable(
  rows: readonly { readonly cell: Cell; readonly perRank: readonly number[]; readonly idle: number }[],
): string {
  const table = new Table({
    head: ['mode', 'schedule', 'threads', 'most on a thread', 'least', 'together', 'idle by plan'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
  })
  for (const { cell, perRank, idle } of rows) {
    table.push([
      cell.mode,
      detailOf(cell),
      String(perRank.length),
      mib(Math.max(...perRank)),
      mib(Math.min(...perRank)),
      mib(perRank.reduce((sum, bytes) => sum + bytes, 0)),
      percent(idle),
    ])
  }
  return table.toString()
}

/**
 * How training ended in each cell, and when it came to an accuracy that all cells have come to: the least of their
 * best ones, so that their times can be compared.
 */
export function trainingTable(courses: ReadonlyMap<Cell, readonly Epoch[]>): string {
  const best = [...courses.values()].map((course) =>
    Math.max(...course.map((epoch) => epoch.heldOutAccuracy)),
  )
  const common = Math.min(...best)
  const table = new Table({
    head: [
      'cell',
      'threads',
      'loss',
      'held-out accuracy',
      'trained for',
      `${percentExactly(common)} after`,
      'weights',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
  })
  for (const [cell, course] of courses) {
    const last = course[course.length - 1]
    const reached = course.find((epoch) => epoch.heldOutAccuracy >= common)
    table.push([
      cell.name,
      String(cell.plan.programs.length),
      last.loss.toFixed(4),
      percentExactly(last.heldOutAccuracy),
      formatDuration(last.elapsedNs),
      reached ? formatDuration(reached.elapsedNs) : '',
      last.weightsSha256.slice(0, HASH_DIGITS),
    ])
  }
  return table.toString()
}

const percentExactly = (share: number): string => percent(share, 2)
