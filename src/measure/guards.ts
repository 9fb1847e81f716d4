import type { Visit } from './blocks.ts'
import type { Cell } from '../cells/cell.ts'
import type { Summary } from './summary.ts'

/** What is wrong with a row: errors make it no result, warnings are to be known when it is read. */
export interface Findings {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

/** How far a time may fall below what the plan takes, and a rate above what the cores do: both are measured, too. */
const PLAN_TOLERANCE = 0.02
const PEAK_TOLERANCE = 0.03
/** A rank's buckets must sum to the time of the steps. */
const LEDGER_TOLERANCE = 0.01

/**
 * Holds a row against what is possible at all.
 *
 * @param peakGflops what so many cores do together from register to register; undefined where that is unknown
 * @param floor what the run's two serials differ by
 */
export function guard(
  cell: Cell,
  summary: Summary,
  visits: readonly Visit[],
  peakGflops: number | undefined,
  floor = 0,
): Findings {
  const errors: string[] = []
  const warnings: string[] = []
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
  if (speedupInterval && speedupInterval.low > threads * (1 + floor)) {
    const { low, high } = speedupInterval
    warnings.push(
      `a speed-up of ${low.toFixed(2)} to ${high.toFixed(2)} on ${threads} threads: smaller parts may fit a cache`,
    )
  }
  return { errors, warnings }
}

function largestLedgerError(visits: readonly Visit[]): number {
  let largest = 0
  for (const { stepNs, warmUp, ranks } of visits) {
    const whole = stepNs.slice(warmUp).reduce((sum, ns) => sum + ns, 0)
    for (const { ledger } of ranks) {
      const sum = [...ledger.values()].reduce((total, ns) => total + ns, 0)
      largest = Math.max(largest, Math.abs(sum / whole - 1))
    }
  }
  return largest
}
