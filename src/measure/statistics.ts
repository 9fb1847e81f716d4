// Location and its uncertainty, without a library: a large import between blocks would disturb what they time.

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * The q-quantile, 0 ≤ q ≤ 1, of values in any order: with the n values sorted, the one at position q·(n − 1),
 * counted from 0, linearly interpolated between neighbours (definition 7 of Hyndman and Fan 1996).
 * Throws a RangeError for no values.
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('no values to take a quantile of')
  const sorted = Float64Array.from(values).sort()
  const position = q * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below]
  const high = sorted[Math.ceil(position)]
  // Without this, two infinities would give NaN.
  return low === high ? low : low + (position - below) * (high - low)
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export const mean = (values: readonly number[]): number => sum(values) / values.length

/** Also for more values than a call has room for. */
export const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))

/** Map.groupBy, which Node 20 lacks; groups and their members keep the order of the values. */
export function groupBy<Key, Value>(values: readonly Value[], keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}

/** The middle value, or the mean of the two middle ones. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** From this many values on, the smallest and the largest of them enclose the median in at least 95 % of samples. */
const FEWEST_FOR_RANKS = 6
/**
 * A 95 % interval of the median, from independent positive values; undefined for fewer than two. With six or more the
 * bounds are the k-th smallest and the k-th largest value, for the largest k with which the sign test keeps its level
 * (Thompson 1936): at least 95 %, whatever the distribution. Fewer values cannot give that; their interval is Student's,
 * of the logarithms, which holds for the normal distribution and for heavier, symmetric tails.
 *
 * Sessions are independent, the steps within one are not.
 *
 * @param leastVariance of the logarithms, for fewer than six values: they may agree by chance
 */
export function medianInterval(values: readonly number[], leastVariance = 0): Interval | undefined {
  const count = values.length
  if (count < 2) return undefined
  if (count < FEWEST_FOR_RANKS) {
    const { low, high } = meanInterval(values.map(Math.log), leastVariance)!
    return { low: Math.exp(low), high: Math.exp(high) }
  }
  const sorted = Float64Array.from(values).sort()
  const outside = valuesOutside(count)
  return { low: sorted[outside], high: sorted[count - 1 - outside] }
}

/** How many values may lie outside on each side: the tail of the binomial distribution beyond them is at most 2.5 %. */
function valuesOutside(count: number): number {
  let probability = 2 ** -count
  let tail = probability
  let outside = 0
  for (;;) {
    probability *= (count - outside) / (outside + 1)
    tail += probability
    if (tail > 0.025) return outside
    outside++
  }
}

/** Sample variance; takes at least two values. */
function variance(values: readonly number[]): number {
  const center = mean(values)
  return sum(values.map((value) => (value - center) ** 2)) / (values.length - 1)
}

/**
 * The typical variance of the logarithms of samples, which may be small: the median over the samples, each divided by what
 * the median of such a variance is of the true one (Wilson and Hilferty 1931). 0 without a sample of two values.
 */
export function typicalVariance(samples: readonly (readonly number[])[]): number {
  const variances = samples.flatMap((values) => {
    const degrees = values.length - 1
    return degrees < 1 ? [] : [variance(values.map(Math.log)) / (1 - 2 / (9 * degrees)) ** 3]
  })
  return variances.length === 0 ? 0 : median(variances)
}

/** The 97.5 % quantiles of Student's t with 1, 2, … degrees of freedom. */
const T_QUANTILES = [12.706, 4.303, 3.182, 2.776]

/**
 * A 95 % interval of the mean, by Student's t: from independent values that are about normally distributed; undefined for
 * fewer than two. More than five are treated as five, which makes the interval too wide rather than too narrow.
 *
 * @param leastVariance that the values are taken to have
 */
export function meanInterval(values: readonly number[], leastVariance = 0): Interval | undefined {
  const count = values.length
  if (count < 2) return undefined
  const center = mean(values)
  const spread = Math.max(variance(values), leastVariance)
  const half = T_QUANTILES[Math.min(count - 2, T_QUANTILES.length - 1)] * Math.sqrt(spread / count)
  return { low: center - half, high: center + half }
}

/** The middle share `level` of values. */
export const intervalOf = (values: readonly number[], level = 0.95): Interval => ({
  low: quantile(values, (1 - level) / 2),
  high: quantile(values, (1 + level) / 2),
})
