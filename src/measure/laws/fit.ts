import { purpose, random } from '../../model/random.ts'
import { median, quantile, type Interval } from '../statistics.ts'
import type { Estimate, Law, Point } from './law.ts'
import type { BlockPoints, Series } from './series.ts'

export interface Parameter {
  readonly name: string
  readonly symbol: string
  /** Undefined of a peak that there is none of. */
  readonly value: number | undefined
  /** 95 %, infinite where nothing bounds it. */
  readonly interval: Interval
}

export interface Fit {
  readonly status: 'ok'
  readonly law: Law
  /** The law's own, in its order, for `speedAt`. */
  readonly values: readonly number[]
  /** The same with their intervals, and the peak if the law has one. */
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
const LEVEL = 0.95

/**
 * A law's parameters for a scaling curve, found for the medians over blocks. The intervals are bootstrapped over blocks:
 * each resample draws as many blocks as there are from each group of them, and fits the law anew. They tell what other
 * blocks might have shown; whether the law holds at all, the largest error tells.
 *
 * @throws RangeError for a speed that is not positive
 */
export async function fitLaw(law: Law, { groups }: Series, seed: number): Promise<Fit | Refusal> {
  const points = mediansOf(groups)
  const reason = refusalOf(law, points)
  if (reason !== undefined) return { status: 'refused', law, points: points.length, reason }
  const estimate = await law.prepare()
  const values = estimate(points)
  const refits = resampled(groups, (drawn) => estimate(drawn, values), seed)
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
  const speeds = new Map<number, number[]>()
  for (const { threads, speed } of groups.flat(2)) {
    const others = speeds.get(threads)
    if (others) others.push(speed)
    else speeds.set(threads, [speed])
  }
  const counts = [...speeds.keys()].sort((a, b) => a - b)
  return counts.map((threads) => ({ threads, speed: median(speeds.get(threads)!) }))
}

function resampled(
  groups: readonly (readonly BlockPoints[])[],
  estimate: Estimate,
  seed: number,
): (readonly number[])[] {
  const generator = random(seed, purpose.bootstrap)
  return Array.from({ length: RESAMPLES }, () =>
    estimate(mediansOf(groups.map((blocks) => blocks.map(() => blocks[generator.below(blocks.length)])))),
  )
}

const intervalOf = (values: readonly number[]): Interval => ({
  low: quantile(values, (1 - LEVEL) / 2),
  high: quantile(values, (1 + LEVEL) / 2),
})

/** A curve that never rises counts as one that is highest at 0 threads, so that peaks have an order. */
function peakOf({ peakOf: peak }: Law, values: readonly number[], refits: readonly (readonly number[])[]): Parameter[] {
  if (!peak) return []
  const value = peak(values)
  return [
    {
      name: 'peak',
      symbol: 'peak',
      value: value === Infinity ? undefined : value,
      interval: intervalOf(refits.map((refit) => peak(refit) ?? 0)),
    },
  ]
}
