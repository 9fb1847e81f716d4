import type { RankReport } from '../runtime/rank.ts'

/**
 * Nanoseconds of each step, warm-up included: from when the last rank arrived at the barrier before it to when the
 * last rank arrived at the barrier after it. Never an average over ranks.
 */
export function stepTimes(reports: readonly RankReport[]): number[] {
  const lastArrivals = Array.from(reports[0].arrivals, (_, step) =>
    Math.max(...reports.map((report) => report.arrivals[step])),
  )
  return lastArrivals.slice(1).map((arrival, step) => Math.round((arrival - lastArrivals[step]) * 1e6))
}
