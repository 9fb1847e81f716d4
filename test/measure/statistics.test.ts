import fc from 'fast-check'
import { median as oracleMedian, quantileSeq } from 'mathjs'
import { describe, expect, it } from 'vitest'
import { bootstrapInterval, median, quantile } from '../../src/measure/statistics.ts'
import { random } from '../../src/model/random.ts'

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const values = fc.array(value, { minLength: 1, maxLength: 40 })
/** In thousandths: mathjs fails for shares near the smallest float. */
const share = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000)

describe('the median', () => {
  it('is the middle value, or the mean of the two middle ones, as mathjs has it', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([7])).toBe(7)
    fc.assert(
      fc.property(values, (list) => {
        expect(median(list)).toBeCloseTo(oracleMedian(list), 6)
      }),
    )
  })

  it('sorts by number and leaves its argument alone', () => {
    const list = [10, 9, 100]
    expect(median(list)).toBe(10)
    expect(list).toEqual([10, 9, 100])
  })

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})

describe('a quantile', () => {
  it('lies linearly between its neighbours, as mathjs has it', () => {
    expect(quantile([0, 10, 20, 30, 40], 0.05)).toBe(2)
    fc.assert(
      fc.property(values, share, (list, q) => {
        expect(quantile(list, q)).toBeCloseTo(quantileSeq(list, q), 6)
      }),
    )
  })

  it('at 0 and 1 is the least and the largest value', () => {
    fc.assert(
      fc.property(values, (list) => {
        expect(quantile(list, 0)).toBe(Math.min(...list))
        expect(quantile(list, 1)).toBe(Math.max(...list))
      }),
    )
  })
})

describe('the bootstrap interval', () => {
  it('is the same for the same seed, and another for another', () => {
    const list = Array.from({ length: 31 }, (_, i) => (i * 7919) % 101)
    const interval = bootstrapInterval(list, mean, { seed: 1 })
    expect(bootstrapInterval(list, mean, { seed: 1 })).toEqual(interval)
    expect(bootstrapInterval(list, mean, { seed: 2 })).not.toEqual(interval)
  })

  it('of equal values is that value', () => {
    expect(bootstrapInterval([4, 4, 4], median, { seed: 1 })).toEqual({ low: 4, high: 4 })
    expect(bootstrapInterval([4], median, { seed: 1 })).toEqual({ low: 4, high: 4 })
  })

  it('lies within the values', () => {
    fc.assert(
      fc.property(values, fc.nat(), (list, seed) => {
        const { low, high } = bootstrapInterval(list, median, { seed, resamples: 200 })
        expect(low).toBeGreaterThanOrEqual(Math.min(...list))
        expect(high).toBeLessThanOrEqual(Math.max(...list))
        expect(low).toBeLessThanOrEqual(high)
      }),
    )
  })

  it('of the median of five values, the default number of blocks, is their range', () => {
    expect(bootstrapInterval([5, 3, 9, 1, 7], median, { seed: 1 })).toEqual({ low: 1, high: 9 })
  })

  it('is narrower at a lower level', () => {
    const list = normals(20, 0)
    const wide = bootstrapInterval(list, mean, { seed: 1 })
    const narrow = bootstrapInterval(list, mean, { seed: 1, level: 0.5 })
    expect(narrow.high - narrow.low).toBeLessThan(wide.high - wide.low)
  })

  it.each([
    ['mean', mean],
    ['median', median],
  ])('at 95 %% holds the true %s of normal data about 19 times in 20', (_, statistic) => {
    const experiments = 300
    let held = 0
    for (let experiment = 0; experiment < experiments; experiment++) {
      const { low, high } = bootstrapInterval(normals(30, experiment), statistic, {
        seed: experiment,
        resamples: 400,
      })
      if (low <= 0 && high >= 0) held++
    }
    // The percentile interval of 30 values is a little narrow; the rest is chance (standard error 1.3 %).
    expect(held / experiments).toBeGreaterThan(0.89)
    expect(held / experiments).toBeLessThan(0.99)
  })
})

function mean(list: readonly number[]): number {
  return list.reduce((sum, x) => sum + x, 0) / list.length
}

function normals(count: number, key: number): number[] {
  const { normal } = random(99, key)
  return Array.from({ length: count }, normal)
}
