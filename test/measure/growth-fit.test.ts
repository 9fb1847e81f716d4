import { describe, expect, it } from 'vitest'
import { growthOf, relativeToOne, type Estimate, type Timed } from '../../src/measure/growth-fit.ts'
import { random } from '../../src/model/random.ts'

/** Made-up times of each count in each repetition. */
const pointsOf = (
  counts: readonly number[],
  repetitions: number,
  nsOf: (n: number, repetition: number) => number,
): Timed[] =>
  Array.from({ length: repetitions }, (_, repetition) =>
    counts.map((value) => ({ value, repetition, wallNs: nsOf(value, repetition) })),
  ).flat()

const holds = ({ interval }: Estimate, truth: number): number =>
  Number(interval!.low <= truth && truth <= interval!.high)

const USUAL = [10, 100, 1000]
const PARTS = [1, 2, 4, 8]
/** A factor of about 1, other in each repetition and for each count. */
const jitter = (size: number) => (n: number, repetition: number) => 1 + size * Math.sin(7 * n + 3 * repetition)

describe('growth', () => {
  it('is linear where time is a multiple of n, but for a little noise', () => {
    const points = pointsOf(USUAL, 5, (n, repetition) => 2e6 * n * jitter(0.01)(n, repetition))
    const { verdict, reason, fit } = growthOf(points)
    expect({ verdict, reason }).toEqual({ verdict: 'linear', reason: undefined })
    expect(fit!.bNs.value / 2e6).toBeCloseTo(1, 1)
    expect(fit!.exponent.value).toBeCloseTo(1, 2)
  })

  it('gives back the line that the times lie on', () => {
    const { fit } = growthOf(pointsOf(PARTS, 3, (n) => -5e4 + 2e6 * n))
    expect(fit!.aNs.value).toBeCloseTo(-5e4, 3)
    expect(fit!.bNs.value).toBeCloseTo(2e6, 3)
    for (const { value, interval } of [fit!.aNs, fit!.bNs]) {
      expect(interval!.low).toBeCloseTo(value, 3)
      expect(interval!.high).toBeCloseTo(value, 3)
    }
  })

  it.each([
    ['the square of n', (n: number) => 1e6 * n ** 2, 2],
    ['the root of n', (n: number) => 1e6 * n ** 0.5, 0.5],
  ])('is not linear where time is a multiple of %s', (_, nsOf, power) => {
    const { verdict, fit } = growthOf(pointsOf(USUAL, 5, nsOf))
    expect(verdict).toBe('not linear')
    expect(fit!.exponent.value).toBeCloseTo(power, 6)
  })

  it('is not known where the interval is wide, although the power is about 1', () => {
    const { verdict, reason, fit } = growthOf(pointsOf(USUAL, 2, (n, repetition) => 1e6 * n ** (1 + 0.02 * repetition)))
    const { low, high } = fit!.exponent.interval!
    expect(low < 1 && high > 1).toBe(true)
    expect({ verdict, reason }).toEqual({
      verdict: 'not known',
      reason: 'the power’s interval reaches beyond 0.95 to 1.05',
    })
  })

  it('is not known where the interval is narrow and crosses a limit', () => {
    expect(growthOf(pointsOf(USUAL, 5, (n, repetition) => n ** (1.05 + 0.001 * (repetition - 2)))).verdict).toBe(
      'not known',
    )
  })

  it.each([
    [[], '0 counts were measured, a fit takes 3'],
    [[10], '1 count was measured, a fit takes 3'],
    [[10, 100], '2 counts were measured, a fit takes 3'],
  ])('is not known with the counts %j, and has no fit', (counts, reason) => {
    expect(growthOf(pointsOf(counts, 5, (n) => 1e6 * n))).toEqual({ verdict: 'not known', reason })
  })

  it('is not known after one repetition, whose fit has no intervals', () => {
    const { verdict, reason, fit } = growthOf(pointsOf(USUAL, 1, (n) => 1e6 * n))
    expect({ verdict, reason }).toEqual({ verdict: 'not known', reason: 'one repetition gives no interval' })
    expect(fit!.exponent).toMatchObject({ interval: undefined })
  })

  it('is fitted to medians, which one slow start of a short run does not move', () => {
    const slow = pointsOf(USUAL, 5, (n, repetition) => 2e6 * n * (repetition === 0 && n === 10 ? 3 : 1))
    const { fit, verdict } = growthOf(slow)
    expect(fit!.exponent.value).toBeCloseTo(1, 9)
    expect(fit!.aNs.value).toBeCloseTo(0, 3)
    expect(verdict).toBe('not known')
  })

  it('has intervals that hold its estimates, which are of medians from whichever repetition', () => {
    // The middle repetition alone, whose times are the medians, grows more slowly.
    const points = pointsOf(USUAL, 5, (n, repetition) => {
      const share = repetition === 2 ? 0.99 : 1.01
      return 1e6 * n * (1 + repetition) * (n < 1000 ? 1 : share)
    })
    const { fit } = growthOf(points)
    for (const estimate of Object.values(fit!)) expect(holds(estimate, estimate.value)).toBe(1)
  })

  it('takes its intervals from complete repetitions only', () => {
    const points = pointsOf(USUAL, 3, (n) => 1e6 * n)
    expect(growthOf([...points, { value: 10, repetition: 3, wallNs: 1e7 }]).verdict).toBe('linear')
  })

  it.each([2, 5])('of %i noisy repetitions has intervals that hold what is true in 94 of 100 cases', (repetitions) => {
    const RUNS = 2000
    const { normal } = random(7, repetitions)
    const held = { a: 0, b: 0, exponent: 0 }
    for (let run = 0; run < RUNS; run++) {
      const { fit } = growthOf(pointsOf(USUAL, repetitions, (n) => 2e6 * n * (1 + 0.02 * normal())))
      held.a += holds(fit!.aNs, 0)
      held.b += holds(fit!.bNs, 2e6)
      held.exponent += holds(fit!.exponent, 1)
    }
    for (const [parameter, count] of Object.entries(held)) expect(count / RUNS, parameter).toBeGreaterThan(0.94)
  })
})

describe('times relative to one part', () => {
  it('are paired within repetitions', () => {
    const drifting = pointsOf([1, 2, 4], 5, (n, repetition) => (1 + 0.1 * (n - 1)) * (1 + repetition))
    expect(relativeToOne(drifting).map(({ value, ratio }) => [value, Number(ratio.value.toFixed(9))])).toEqual([
      [2, 1.1],
      [4, 1.3],
    ])
    for (const { ratio } of relativeToOne(drifting)) expect(ratio.interval!.low).toBeCloseTo(ratio.value, 9)
  })

  it('have intervals above 0, however they scatter', () => {
    const [{ ratio }] = relativeToOne(pointsOf([1, 2], 2, (n, repetition) => (n === 1 ? 1 : 1 + 5 * repetition)))
    expect(ratio.interval!.low).toBeGreaterThan(0)
  })

  it('are none without one part', () => {
    expect(relativeToOne(pointsOf([2, 4], 2, (n) => n))).toEqual([])
  })
})
