import type { RankReport } from '../runtime/orders.ts'

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
