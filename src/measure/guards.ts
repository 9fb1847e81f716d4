import type { Cell } from '../cells/cell.ts'
import type { Visit } from './blocks.ts'
import { measuredNs } from './noise.ts'
import { sum } from './statistics.ts'
import type { Summary } from './summary.ts'

/** What is wrong with a row. With errors it is no result; warnings matter to its readers. */
export interface Findings {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

/** How far a time may fall below the critical path, and a rate exceed the peak: both are measured, too. */
const PLAN_TOLERANCE = 0.02
const PEAK_TOLERANCE = 0.03
/** A rank's buckets must sum to the time of the steps. */
const LEDGER_TOLERANCE = 0.01

/**
 * Checks that a row is possible at all.
 *
 * @param peakGflops of the cell's cores together, from register to register; undefined where that is unknown
 * @param floor the run's noise
 */
export function guard(
  cell: Cell,
  summary: Summary,
  visits: readonly Visit[],
  peakGflops: number | undefined,
  floor = 0,
): Findings {
  const errors: string[] = []
  const { meanNs, criticalPathNs, gflops, speedupInterval } = summary
  // Both are means of the same steps: a median would be compared with outliers.
  if (meanNs < criticalPathNs * (1 - PLAN_TOLERANCE)) {
    errors.push(
      `a mean step of ${meanNs.toFixed(0)} ns is shorter than its plan’s critical path, ${criticalPathNs.toFixed(0)} ns`,
    )
  }
  if (peakGflops !== undefined && gflops > peakGflops * (1 + PEAK_TOLERANCE)) {
    errors.push(`${gflops.toFixed(1)} GFLOP/s are more than the cores’ peak, ${peakGflops.toFixed(1)}`)
  }
  const off = largestLedgerError(visits)
  if (off > LEDGER_TOLERANCE) {
    errors.push(`a rank’s ledger is ${(100 * off).toFixed(1)} % off the time of the steps`)
  }
  const threads = cell.plan.programs.length
  const { low = 0, high = 0 } = speedupInterval ?? {}
  const speedup = `a speed-up of ${low.toFixed(2)} to ${high.toFixed(2)} on ${threads} threads`
  return { errors, warnings: low > threads * (1 + floor) ? [`${speedup}: smaller parts may fit a cache`] : [] }
}

const largestLedgerError = (visits: readonly Visit[]): number =>
  visits
    .flatMap((visit) => visit.ranks.map(({ ledger }) => sum([...ledger.values()]) / sum(measuredNs(visit)) - 1))
    .reduce((largest, error) => Math.max(largest, Math.abs(error)), 0)
