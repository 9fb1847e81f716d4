import { purpose, random } from '../../model/random.ts'
import { groupBy, intervalOf, median, type Interval } from '../statistics.ts'
import type { Law, Point } from './law.ts'
import type { BlockPoints, Series } from './series.ts'

export interface Parameter {
  readonly name: string
  readonly symbol: string
  /** Undefined for a peak that does not exist. */
  readonly value: number | undefined
  /** 95 %, infinite where nothing bounds it. */
  readonly interval: Interval
}

export interface Fit {
  readonly status: 'ok'
  readonly law: Law
  /** Of the law's own parameters, in its order, for `speedAt`. */
  readonly values: readonly number[]
  /** With their intervals; the last is the peak if the law has one. */
  readonly parameters: readonly Parameter[]
  /** Distinct thread counts. */
  readonly points: number
  /** The largest distance of the curve from the speed at a thread count, as a share of that speed. */
  readonly largestError: number
}

export interface Refusal {
  readonly status: 'refused'
  readonly law: Law
  readonly points: number
  readonly reason: string
}

const RESAMPLES = 1000

/**
 * Fits a law to the medians over blocks of a scaling curve. The intervals are bootstrapped over blocks: each resample
 * draws as many blocks from each group as it has, and fits the law anew. They tell what other blocks might have shown;
 * the largest error tells whether the law holds at all.
 *
 * @throws RangeError for a speed that is not positive
 */
export async function fitLaw(law: Law, { groups }: Series, seed: number): Promise<Fit | Refusal> {
  const points = mediansOf(groups)
  const reason = refusalOf(law, points)
  if (reason !== undefined) return { status: 'refused', law, points: points.length, reason }
  const estimate = await law.prepare()
  const values = estimate(points)
  const generator = random(seed, purpose.bootstrap)
  const refits = Array.from({ length: RESAMPLES }, () => {
    const drawn = groups.map((blocks) => blocks.map(() => blocks[generator.below(blocks.length)]))
    return estimate(mediansOf(drawn), values)
  })
  const parameters = law.parameters.map((parameter, i) => ({
    ...parameter,
    value: values[i],
    interval: intervalOf(refits.map((refit) => refit[i])),
  }))
  return {
    status: 'ok',
    law,
    values,
    parameters: [...parameters, ...peakOf(law, values, refits)],
    points: points.length,
    largestError: Math.max(...points.map(({ threads, speed }) => Math.abs(law.speedAt(values, threads) / speed - 1))),
  }
}

/** Why a law is not fitted to these points; undefined if it is. */
function refusalOf({ title, fewest }: Law, points: readonly Point[]): string | undefined {
  const wrong = points.find(({ speed }) => !(speed > 0 && Number.isFinite(speed)))
  if (wrong) throw new RangeError(`${wrong.speed} is no speed of ${wrong.threads} threads`)
  if (points.length >= fewest) return undefined
  return `${points.length} distinct thread count${points.length === 1 ? '' : 's'}, ${title} needs at least ${fewest}`
}

/** The median of the blocks at each thread count, in ascending order. */
function mediansOf(groups: readonly (readonly BlockPoints[])[]): Point[] {
  const byThreads = groupBy(groups.flat(2), ({ threads }) => threads)
  return [...byThreads]
    .sort(([a], [b]) => a - b)
    .map(([threads, points]) => ({ threads, speed: median(points.map(({ speed }) => speed)) }))
}

/** A curve that never rises counts as one that is highest at 0 threads, so that peaks have an order. */
function peakOf({ peakOf: peak }: Law, values: readonly number[], refits: readonly (readonly number[])[]): Parameter[] {
  if (!peak) return []
  const value = peak(values)
  const interval = intervalOf(refits.map((refit) => peak(refit) ?? 0))
  return [{ name: 'peak', symbol: 'peak', value: value === Infinity ? undefined : value, interval }]
}
