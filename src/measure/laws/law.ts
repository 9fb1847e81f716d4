/** The speed of a number of threads: a speed-up, or a throughput where a law has a scale of its own. */
export interface Point {
  readonly threads: number
  readonly speed: number
}

/** A law of scaling: a curve of speed over threads, with parameters to be found. */
export interface Law {
  /** As in files. */
  readonly name: string
  /** As in sentences. */
  readonly title: string
  readonly parameters: readonly { readonly name: string; readonly symbol: string }[]
  /** Distinct thread counts that a fit needs. */
  readonly fewest: number
  /** Whether its curve is 1 at one thread whatever its values, so that it matters whose one thread the speed is over. */
  readonly startsAtOne: boolean
  /** Values are in the order of the parameters. */
  readonly speedAt: (values: readonly number[], threads: number) => number
  /** At how many threads the curve is highest: infinite if it never falls, undefined if it never rises. */
  readonly peakOf?: (values: readonly number[]) => number | undefined
  /** Loads the code of the fit, which finds the values in the law's range that come closest to the points. */
  readonly prepare: () => Promise<Estimate>
}

/**
 * Speeds are positive, and there are at least as many distinct thread counts as the law needs. A fit that searches may
 * begin at values that are known to be near.
 */
export type Estimate = (points: readonly Point[], near?: readonly number[]) => readonly number[]
