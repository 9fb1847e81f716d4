import type { Interval } from '../../measure/statistics.ts'
import { studentQuantile, studentTails } from './student.ts'

/** A ratio of two runs, as far as a verdict needs it. */
export interface Measured {
  readonly ratio: number
  /** 95 %; undefined with a single block. */
  readonly interval: Interval | undefined
  /** Those of the run that has fewer. */
  readonly blocks: number
}

/** What an interval of 95 % leaves out. */
export const LEVEL = 0.05

/**
 * How likely a ratio is to lie this far from `reference`, on either side, if that were the true one; below `LEVEL` where
 * the 95 % interval excludes it. Undefined without an interval.
 *
 * The half of the interval that points to the reference is taken as Student's, of the logarithm, with one degree of
 * freedom fewer than the smaller run has blocks. That is the least that Welch's test of two means could have, whichever
 * run is noisier: the tails that a correction for many cells looks at are heavier than the normal distribution's. A rank
 * test would need no distribution, but of two runs of 6 blocks its smallest value is 0.002, which no correction for 23
 * cells or more leaves below `LEVEL`.
 */
export function pValue({ ratio, interval, blocks }: Measured, reference = 1): number | undefined {
  if (!interval) return undefined
  const distance = Math.abs(Math.log(ratio / reference))
  if (distance === 0) return 1
  const half = Math.log(ratio > reference ? ratio / interval.low : interval.high / ratio)
  return studentTails((studentQuantile(blocks - 1) * distance) / half, blocks - 1)
}
