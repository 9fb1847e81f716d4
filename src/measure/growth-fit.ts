import { groupBy, mean, meanInterval, median, sum, type Interval } from './statistics.ts'

/** What took how long: `value` batches, or parts. */
export interface Timed {
  readonly value: number
  readonly repetition: number
  readonly wallNs: number
}

export interface Estimate {
  readonly value: number
  /** 95 %; undefined where one repetition was measured. */
  readonly interval: Interval | undefined
}

/** Time grows as a + b·n, and as n to the power `exponent`. */
export interface GrowthFit {
  readonly aNs: Estimate
  readonly bNs: Estimate
  readonly exponent: Estimate
}

export interface Growth {
  readonly verdict: 'linear' | 'not linear' | 'not known'
  /** Why it is not known. */
  readonly reason?: string
  /** Undefined with fewer than three counts: any two points lie on a line. */
  readonly fit?: GrowthFit
}

const FEWEST_COUNTS = 3
/** Time is called linear if the whole interval of the exponent lies here, and not linear if all of it lies outside. */
const LINEAR: Interval = { low: 0.95, high: 1.05 }

/** Whether time grows linearly, from some repetitions of each count. */
export function growthOf(points: readonly Timed[]): Growth {
  const counts = new Set(points.map(({ value }) => value)).size
  if (counts < FEWEST_COUNTS) {
    return { verdict: 'not known', reason: `${counted(counts, 'count')} measured, a fit takes ${FEWEST_COUNTS}` }
  }
  const fit = fitted(points, counts)
  const { interval } = fit.exponent
  if (!interval) return { verdict: 'not known', reason: 'one repetition gives no interval', fit }
  const { low, high } = interval
  if (low >= LINEAR.low && high <= LINEAR.high) return { verdict: 'linear', fit }
  if (low > LINEAR.high || high < LINEAR.low) return { verdict: 'not linear', fit }
  const reason = `the power’s interval reaches beyond ${LINEAR.low} to ${LINEAR.high}`
  return { verdict: 'not known', reason, fit }
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? ' was' : 's were'}`

/**
 * Fits the medians over the repetitions. Each complete repetition is fitted for itself, too: how these fits differ gives
 * the intervals. They hold the estimates, too, since medians may be those of different repetitions.
 */
function fitted(points: readonly Timed[], counts: number): GrowthFit {
  const medians = [...groupBy(points, ({ value }) => value)].map(([value, of]) => ({
    value,
    wallNs: median(of.map(({ wallNs }) => wallNs)),
  }))
  const complete = [...groupBy(points, ({ repetition }) => repetition).values()].filter((of) => of.length === counts)
  const estimate = (parameterOf: (of: readonly Pair[]) => number): Estimate => {
    const value = parameterOf(medians)
    const own = meanInterval(complete.map(parameterOf))
    return { value, interval: own && { low: Math.min(own.low, value), high: Math.max(own.high, value) } }
  }
  return {
    aNs: estimate((of) => lineThrough(of).a),
    bNs: estimate((of) => lineThrough(of).b),
    exponent: estimate(exponentOf),
  }
}

type Pair = Pick<Timed, 'value' | 'wallNs'>

/** The line a + b·n with the least squares of relative errors: long times are less certain. */
function lineThrough(pairs: readonly Pair[]): { a: number; b: number } {
  const weights = pairs.map(({ wallNs }) => wallNs ** -2)
  const weighted = (of: (pair: Pair) => number) => sum(pairs.map((pair, i) => weights[i] * of(pair))) / sum(weights)
  const [n, ns] = [weighted(({ value }) => value), weighted(({ wallNs }) => wallNs)]
  const b = weighted(({ value, wallNs }) => (value - n) * (wallNs - ns)) / weighted(({ value }) => (value - n) ** 2)
  return { a: ns - b * n, b }
}

/** How long each number of parts takes relative to one, within the same repetition. */
export function relativeToOne(points: readonly Timed[]): { value: number; ratio: Estimate }[] {
  const repetitions = groupBy(points, ({ repetition }) => repetition).values()
  const ratios = [...repetitions].flatMap((of) => {
    const one = of.find(({ value }) => value === 1)
    return one ? of.map(({ value, wallNs }) => ({ value, ratio: wallNs / one.wallNs })) : []
  })
  const more = ratios.filter(({ value }) => value > 1)
  return [...groupBy(more, ({ value }) => value)].map(([value, of]) => {
    const own = of.map(({ ratio }) => ratio)
    // Of logarithms, since no ratio is below 0.
    const logs = meanInterval(own.map(Math.log))
    return {
      value,
      ratio: { value: median(own), interval: logs && { low: Math.exp(logs.low), high: Math.exp(logs.high) } },
    }
  })
}

/** The slope of log time over log n, by least squares. */
function exponentOf(pairs: readonly Pair[]): number {
  const xs = pairs.map(({ value }) => Math.log(value))
  const ys = pairs.map(({ wallNs }) => Math.log(wallNs))
  const [x, y] = [mean(xs), mean(ys)]
  return sum(xs.map((each, i) => (each - x) * (ys[i] - y))) / sum(xs.map((each) => (each - x) ** 2))
}
