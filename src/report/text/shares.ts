import type { Outcome } from '../../measure/outcome.ts'
import type { Summary } from '../../measure/summary.ts'

/** How all threads spend their time; the shares sum to 1. */
export interface TimeShares {
  /** Serial's work: speed-up / threads. */
  readonly useful: number
  /** Work that serial does not have, or does faster. */
  readonly extra: number
  readonly waiting: number
}

export function timeShares(speedup: number, threads: number, { bubbleFraction }: Summary): TimeShares {
  // A smaller part may fit a cache, and the speed-up then exceeds the busy time.
  const useful = Math.min(speedup / threads, 1 - bubbleFraction)
  return { useful, extra: 1 - useful - bubbleFraction, waiting: bubbleFraction }
}

/** The share of all threads' time that a split spends on adding gradients. */
export function reducingShare({ visits }: Outcome): number {
  let reducing = 0
  let whole = 0
  for (const { stepNs, warmUp, ranks } of visits) {
    whole += ranks.length * stepNs.slice(warmUp).reduce((sum, ns) => sum + ns, 0)
    for (const { ledger } of ranks) reducing += ledger.get('reduce') ?? 0
  }
  return whole === 0 ? 0 : reducing / whole
}

/** The shares as `width` characters: `#` useful, `+` extra, `.` waiting. */
export function timeBar({ useful, extra, waiting }: TimeShares, width: number): string {
  const counts = [useful, extra, waiting].map((share) => Math.round(share * width))
  // The longest part absorbs the rounding error.
  counts[counts.indexOf(Math.max(...counts))] += width - counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count, i) => '#+.'[i].repeat(count)).join('')
}
