import fc from 'fast-check'
import { median as oracleMedian, quantileSeq } from 'mathjs'
import { describe, expect, it } from 'vitest'
import { median, medianInterval, quantile } from '../../src/measure/statistics.ts'

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

describe('the interval of a median', () => {
  it('is the range of six to eight values, and leaves out one at each end of nine', () => {
    expect(medianInterval([5, 3, 9, 1, 7, 4])).toEqual({ low: 1, high: 9 })
    expect(medianInterval([1, 2, 3, 4, 5, 6, 7, 8])).toEqual({ low: 1, high: 8 })
    expect(medianInterval([9, 2, 3, 4, 5, 6, 7, 8, 1])).toEqual({ low: 2, high: 8 })
    expect(medianInterval(Array.from({ length: 12 }, (_, i) => i + 1))).toEqual({ low: 3, high: 10 })
  })

  it('is Student’s, of the logarithms, of fewer', () => {
    const { low, high } = medianInterval([Math.E, Math.E ** 2, Math.E ** 3])!
    expect(Math.log(low)).toBeCloseTo(2 - 4.303 / Math.sqrt(3), 12)
    expect(Math.log(high)).toBeCloseTo(2 + 4.303 / Math.sqrt(3), 12)
  })

  it('is, of fewer, no narrower than a least variance makes it: three values may agree by chance', () => {
    const { low, high } = medianInterval([4, 4, 4], 0.1 ** 2)!
    expect(Math.log(high / 4)).toBeCloseTo((4.303 * 0.1) / Math.sqrt(3), 12)
    expect(Math.log(4 / low)).toBeCloseTo((4.303 * 0.1) / Math.sqrt(3), 12)
    expect(medianInterval([1, 4, 16], 0.1 ** 2)).toEqual(medianInterval([1, 4, 16]))
    expect(medianInterval([1, 2, 3, 4, 5, 6], 100)).toEqual({ low: 1, high: 6 })
  })

  it('does not exist with a single value, or none', () => {
    expect(medianInterval([4])).toBeUndefined()
    expect(medianInterval([])).toBeUndefined()
  })

  it('of equal values is that value', () => {
    for (const count of [2, 5, 6, 20]) {
      const { low, high } = medianInterval(Array<number>(count).fill(4))!
      expect(low).toBeCloseTo(4, 12)
      expect(high).toBeCloseTo(4, 12)
    }
  })

  it('turns over with the values: the interval of 1 / x is 1 / that of x', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 40 }), (list) => {
        const [own, inverse] = [medianInterval(list)!, medianInterval(list.map((each) => 1 / each))!]
        expect(inverse.low * own.high).toBeCloseTo(1, 9)
        expect(inverse.high * own.low).toBeCloseTo(1, 9)
      }),
    )
  })
})
