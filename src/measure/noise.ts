import { purpose } from '../model/random.ts'
import type { Visit } from './blocks.ts'
import { bootstrapInterval, median, type Interval } from './statistics.ts'

/** Two runs of the same cell differ by less than the floor 99 times in 100. */
const LEVEL = 0.99

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

/** The bootstrap interval of a median, with the random numbers of a run. */
export const medianInterval = (
  values: readonly number[],
  seed: number,
  options: { readonly level?: number; readonly resamples?: number } = {},
): Interval => bootstrapInterval(values, median, { seed: seed + purpose.bootstrap, ...options })

/**
 * The run's own noise (an A/A test): serial is measured twice in each block, as if it were two cells, and differences of
 * that size mean nothing. The larger distance from 1 of the bounds of the interval of their ratio; undefined if they have
 * no block together.
 */
export function noiseFloor(serial: readonly Timed[], again: readonly Timed[], seed: number): number | undefined {
  const ratios = pairedRatios(again, serial)
  if (ratios.length === 0) return undefined
  const { low, high } = medianInterval(ratios, seed, { level: LEVEL })
  return Math.max(Math.abs(low - 1), Math.abs(high - 1))
}

/** A ratio is a difference only if its interval excludes 1 and it lies further from 1 than the run's noise. */
export const isDifferent = (ratio: number, { low, high }: Interval, floor: number): boolean =>
  (low > 1 || high < 1) && Math.abs(ratio - 1) > floor

/** Three blocks are on the same side of 1 too often for that to mean anything. */
const FEWEST_OF_HALF = 4

/**
 * The A/A test of a run: whether serial is called different from itself, judged in every other block with a floor from
 * the blocks between them, so that the noise is not judged by itself. Undefined with too few blocks.
 */
export function isCalledDifferent(
  serial: readonly Timed[],
  again: readonly Timed[],
  seed: number,
): boolean | undefined {
  const judged = again.filter(({ block }) => block % 2 === 0)
  const others = again.filter(({ block }) => block % 2 === 1)
  const ratios = pairedRatios(judged, serial)
  const floor = noiseFloor(serial, others, seed)
  if (Math.min(ratios.length, others.length) < FEWEST_OF_HALF || floor === undefined) return undefined
  return isDifferent(median(ratios), medianInterval(ratios, seed), floor)
}
