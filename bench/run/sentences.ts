import type { Outcome } from '../../src/measure/outcome.ts'

/** Pieces of the sentences that end an experiment; what the interval does not show is not claimed. */

export const isReal = ({ differs, summary }: Outcome): boolean =>
  differs ??
  (summary?.speedupInterval !== undefined &&
    (summary.speedupInterval.low > 1 || summary.speedupInterval.high < 1))

/** A speed-up with its interval. */
export function signed({ summary }: Outcome): string {
  const { speedup, speedupInterval } = summary!
  return `${speedup!.toFixed(2)} [${speedupInterval!.low.toFixed(2)}, ${speedupInterval!.high.toFixed(2)}]`
}
