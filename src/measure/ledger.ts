import type { Instruction, Plan } from '../plan/plan.ts'
import type { RankReport } from '../runtime/orders.ts'

/** What a rank's time is spent on: `handoff` is copying into and out of messages, `other` signals and gaps. */
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

/** A rank's ledger over the measured steps of a visit. */
export interface RankLedger {
  readonly rank: number
  readonly threadId: number
  readonly ledger: Ledger
}

/** Nanoseconds per bucket. */
export type Ledger = ReadonlyMap<Bucket, number>

/** A ledger with all buckets, in their order, and what adds to it. */
export function emptyLedger() {
  const ledger = new Map<Bucket, number>(BUCKETS.map((bucket) => [bucket, 0]))
  return { ledger, add: (bucket: Bucket, ns: number) => ledger.set(bucket, ledger.get(bucket)! + ns) }
}

/**
 * One rank's ledger over all measured steps. The buckets sum to the time of the steps, from the last rank's arrival at the
 * barrier before them to the last rank's arrival at the last: the rank waits until it has left the first, and its wait
 * after the last arrival does not count.
 */
export function ledgerOf(
  plan: Plan,
  report: Pick<RankReport, 'rank' | 'spent' | 'begun' | 'stamps'>,
  { from, to }: Window,
): Ledger {
  const { ledger, add: addNs } = emptyLedger()
  const add = (bucket: Bucket, milliseconds: number) => addNs(bucket, milliseconds * 1e6)
  const program = plan.programs[report.rank]
  program.forEach((instruction, index) => add(bucketOf(instruction), report.spent[index]))
  add('other', report.spent[program.length])
  add('wait-barrier', report.begun - from - (report.stamps[program.length] - to))
  return ledger
}

/** The ledgers of all ranks over a row of steps, without the first `warmUp`. */
export function ledgersOf(
  plan: Plan,
  reports: readonly Pick<RankReport, 'rank' | 'threadId' | 'spent' | 'begun' | 'stamps' | 'arrivals'>[],
  warmUp: number,
): RankLedger[] {
  const window = windowOf(reports, warmUp)
  return reports.map((report) => {
    const { rank, threadId } = report
    return { rank, threadId, ledger: ledgerOf(plan, report, window) }
  })
}

/** When the last rank arrived at each barrier between steps, from the one that starts the run on. */
const lastArrivals = (reports: readonly Pick<RankReport, 'arrivals'>[]): number[] =>
  Array.from(reports[0].arrivals, (_, step) => Math.max(...reports.map(({ arrivals }) => arrivals[step])))

/**
 * Nanoseconds of each step, warm-up included: from when the last rank arrived at the barrier before it to when the
 * last rank arrived at the barrier after it. Never an average over ranks.
 */
export function stepTimes(reports: readonly Pick<RankReport, 'arrivals'>[]): number[] {
  const arrivals = lastArrivals(reports)
  return arrivals.slice(1).map((arrival, step) => Math.round((arrival - arrivals[step]) * 1e6))
}

/** From where to where the measured steps last, in milliseconds on the common clock. */
export interface Window {
  readonly from: number
  readonly to: number
}

export function windowOf(reports: readonly Pick<RankReport, 'arrivals'>[], warmUp: number): Window {
  const arrivals = lastArrivals(reports)
  return { from: arrivals[warmUp], to: arrivals[arrivals.length - 1] }
}
