import type { Visit } from './blocks.ts'
import { median, medianInterval, type Interval } from './statistics.ts'

/** The times of a visit, which a file holds. */
export type Timed = Pick<Visit, 'block' | 'stepNs' | 'warmUp'>

/** The times of a visit's measured steps, in nanoseconds. */
export const measuredNs = ({ stepNs, warmUp }: Timed): number[] => stepNs.slice(warmUp)

export const blockMedian = (visit: Timed): number => median(measuredNs(visit))

/** One cell's step time over another's, in each block that has both. */
export const pairedRatios = (of: readonly Timed[], over: readonly Timed[]): number[] =>
  of.flatMap((visit) => {
    const other = over.find(({ block }) => block === visit.block)
    return other ? [blockMedian(visit) / blockMedian(other)] : []
  })

/** Ratios closer to 1 than this are equal for the purposes of this tool. */
export const EQUAL_WITHIN = 0.03

/**
 * What a 95 % interval of a ratio shows: true that the ratio differs from 1, false that it does not (equivalence within
 * `EQUAL_WITHIN`), undefined neither.
 */
export function isDifferent(interval: Interval | undefined): boolean | undefined {
  if (!interval) return undefined
  const { low, high } = interval
  if (low > 1 || high < 1) return true
  return low >= 1 / (1 + EQUAL_WITHIN) && high <= 1 + EQUAL_WITHIN ? false : undefined
}

/**
 * The noise of a run, from an A/A test: serial is measured twice in each block, as if it were two cells. The larger
 * distance from 1 of the bounds of their ratio's 95 % interval; undefined without one.
 */
export function noiseOf(serial: readonly Timed[], again: readonly Timed[]): number | undefined {
  const interval = medianInterval(pairedRatios(again, serial))
  return interval && Math.max(1 - interval.low, interval.high - 1)
}
