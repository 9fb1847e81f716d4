import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apart, evenTicks, logarithmicTicks, powersOfTwo } from '../../../src/report/charts/ticks.ts'

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true })
/** Numbers of ten pixels at their ticks. */
const placeOf = (tick: number) => ({ from: tick - 5, to: tick + 5 })

describe('ticks', () => {
  it('that are even begin at 0, end within what is shown, and are three to seven', () => {
    expect(evenTicks(107)).toEqual([0, 20, 40, 60, 80, 100])
    expect(evenTicks(2)).toEqual([0, 0.5, 1, 1.5, 2])
    fc.assert(
      fc.property(positive, (most) => {
        const ticks = evenTicks(most)
        expect(ticks[0]).toBe(0)
        expect(ticks.at(-1)).toBeLessThanOrEqual(most * (1 + 1e-6))
        expect(ticks.length).toBeGreaterThanOrEqual(3)
        expect(ticks.length).toBeLessThanOrEqual(7)
      }),
    )
  })

  it('are written without the noise of binary fractions', () => {
    fc.assert(
      fc.property(positive, (most) => {
        for (const tick of evenTicks(most)) expect(String(tick).length).toBeLessThanOrEqual(7)
      }),
    )
  })

  it('are left out where their numbers would touch, the last never', () => {
    expect(apart([0, 10, 20, 30], placeOf)).toEqual([0, 10, 20, 30])
    expect(apart([0, 12, 18, 30, 32], placeOf)).toEqual([0, 18, 32])
  })

  it('that are logarithmic enclose what is shown, and are at least two', () => {
    expect(logarithmicTicks(50, 1600)).toEqual([10, 100, 1000, 10000])
    expect(logarithmicTicks(4.8, 9.4)).toEqual([2, 5, 10])
    expect(powersOfTwo(0.9, 16)).toEqual([0.5, 1, 2, 4, 8, 16])
    fc.assert(
      fc.property(positive, fc.double({ min: 1, max: 1e4, noNaN: true }), (least, ratio) => {
        for (const ticks of [logarithmicTicks(least, least * ratio), powersOfTwo(least, least * ratio)]) {
          expect(ticks[0]).toBeLessThanOrEqual(least)
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(least * ratio)
        }
        expect(logarithmicTicks(least, least * ratio).length).toBeGreaterThanOrEqual(2)
      }),
    )
  })
})
