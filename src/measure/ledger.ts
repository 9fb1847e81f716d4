import type { Instruction, Plan } from '../plan/plan.ts'
import type { RankReport } from '../runtime/orders.ts'
import { windowOf, type Window } from './steps.ts'

/** What a rank's time is spent on; `handoff` is copying into and out of messages, `other` signalling and what lies between. */
export const BUCKETS = [
  'forward',
  'loss',
  'backward-input',
  'backward-weight',
  'handoff',
  'reduce',
  'update',
  'wait-receive',
  'wait-credit',
  'wait-barrier',
  'other',
] as const
export type Bucket = (typeof BUCKETS)[number]

export const isWait = (bucket: Bucket): boolean => bucket.startsWith('wait-')

export function bucketOf(instruction: Instruction): Bucket {
  switch (instruction.op) {
    case 'await':
      return `wait-${instruction.cause}`
    case 'barrier':
      return 'wait-barrier'
    case 'pack':
      return 'backward-input'
    case 'send':
    case 'take':
      return 'handoff'
    case 'publish':
      return 'other'
    default:
      return instruction.op
  }
}

/** What a rank has spent on what, over the measured steps of a visit. */
export interface RankLedger {
  readonly rank: number
  readonly threadId: number
  readonly ledger: Ledger
}

export type Ledger = ReadonlyMap<Bucket, number>

/**
 * Nanoseconds per bucket of one rank over all measured steps. They sum to the time that the steps took together, from the
 * last rank's arrival to the last rank's arrival: until this rank has left the barrier before them it waits, and what it
 * waits at the last barrier after everybody has come is no longer theirs.
 */
export function ledgerOf(
  plan: Plan,
  report: Pick<RankReport, 'rank' | 'spent' | 'begun' | 'stamps'>,
  { from, to }: Window,
): Ledger {
  const ledger = new Map<Bucket, number>(BUCKETS.map((bucket) => [bucket, 0]))
  const add = (bucket: Bucket, milliseconds: number) =>
    ledger.set(bucket, (ledger.get(bucket) ?? 0) + milliseconds * 1e6)
  const program = plan.programs[report.rank]
  program.forEach((instruction, index) => add(bucketOf(instruction), report.spent[index]))
  add('other', report.spent[program.length])
  add('wait-barrier', report.begun - from - (report.stamps[program.length] - to))
  return ledger
}

/** The ledgers of all ranks of a row of steps, the first `warmUp` of them not counted. */
export function ledgersOf(
  plan: Plan,
  reports: readonly Pick<RankReport, 'rank' | 'threadId' | 'spent' | 'begun' | 'stamps' | 'arrivals'>[],
  warmUp: number,
): RankLedger[] {
  const window = windowOf(reports, warmUp)
  return reports.map((report) => ({
    rank: report.rank,
    threadId: report.threadId,
    ledger: ledgerOf(plan, report, window),
  }))
}
