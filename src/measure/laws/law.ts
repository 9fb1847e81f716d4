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

/** Σ xy / Σ x², kept between 0 and 1: the share s for which s·x comes closest to y, by least squares. */
export function shareBetween(pairs: readonly (readonly [x: number, y: number])[]): number {
  const products = pairs.reduce((sum, [x, y]) => sum + x * y, 0)
  const squares = pairs.reduce((sum, [x]) => sum + x * x, 0)
  return Math.min(1, Math.max(0, products / squares))
}
