import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ratioInterval, ratioOf } from '../../../src/report/compare/ratio.ts'

const blocksOf = (medians: readonly number[]) =>
  medians.map((median, block) => ({ block, stepNs: [median], warmUp: 0 }))

const medians = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 2, maxLength: 9 })

describe('the ratio of a step in two runs', () => {
  it('is that of the medians over blocks of the blocks’ medians, without warm-up', () => {
    const of = [
      { block: 0, stepNs: [999, 10, 20, 90], warmUp: 1 },
      { block: 1, stepNs: [999, 30, 30, 30], warmUp: 1 },
      { block: 2, stepNs: [999, 80, 80, 80], warmUp: 1 },
    ]
    expect(ratioOf(of, blocksOf([10, 20, 15]))).toBe(2)
  })

  it('has an interval that holds it, and 1 if a run is compared with itself', () => {
    fc.assert(
      fc.property(medians, medians, (of, over) => {
        const [a, b] = [blocksOf(of), blocksOf(over)]
        const ratio = ratioOf(a, b)
        const interval = ratioInterval(a, b)!
        expect(interval.low).toBeLessThanOrEqual(ratio * (1 + 1e-12))
        expect(interval.high).toBeGreaterThanOrEqual(ratio * (1 - 1e-12))
        const self = ratioInterval(a, a)!
        expect(self.low).toBeLessThanOrEqual(1)
        expect(self.high).toBeGreaterThanOrEqual(1)
      }),
      { numRuns: 30 },
    )
  })

  it('scales with the times, and turns over when the runs change places', () => {
    const [a, b] = [blocksOf([10, 11, 12, 13, 14]), blocksOf([20, 21, 22, 23, 24])]
    const slower = ratioInterval(b, a)!
    const doubled = ratioInterval(blocksOf([40, 42, 44, 46, 48]), a)!
    expect(doubled.low).toBeCloseTo(2 * slower.low, 12)
    expect(doubled.high).toBeCloseTo(2 * slower.high, 12)
    expect(ratioOf(a, b)).toBeCloseTo(1 / ratioOf(b, a), 12)
  })

  it('has no interval where a run has a single block', () => {
    expect(ratioInterval(blocksOf([10]), blocksOf([10, 11]))).toBeUndefined()
    expect(ratioInterval(blocksOf([10, 11]), blocksOf([10]))).toBeUndefined()
  })
})
