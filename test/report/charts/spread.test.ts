import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spread } from '../../../src/report/charts/spread.ts'

const GAP = 10
const [LOW, HIGH] = [0, 400]
/** As many as there is room for, wherever they would like to be. */
const wanted = fc.array(fc.double({ min: -50, max: 450, noNaN: true }), { maxLength: HIGH / GAP + 1 })
const SLACK = 1e-6

describe('labels that are spread', () => {
  it('are a gap apart at least, within the limits, in the order in which they would like to be', () => {
    fc.assert(
      fc.property(wanted, (places) => {
        const spreadOut = spread(places, GAP, LOW, HIGH)
        const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b] || a - b)
        const sorted = order.map((i) => spreadOut[i])
        sorted.forEach((place, i) => {
          expect(place).toBeGreaterThanOrEqual(LOW - SLACK)
          expect(place).toBeLessThanOrEqual(HIGH + SLACK)
          if (i > 0) expect(place - sorted[i - 1]).toBeGreaterThanOrEqual(GAP - SLACK)
        })
      }),
    )
  })

  it('stay where they are if they do not collide', () => {
    expect(spread([300, 10, 155], GAP, LOW, HIGH)).toEqual([300, 10, 155])
  })

  it('make room on both sides alike', () => {
    expect(spread([100, 100], GAP, LOW, HIGH)).toEqual([95, 105])
  })

  it('begin at the lower limit if there is no room for all', () => {
    expect(spread([5, 5, 5], GAP, LOW, 15)).toEqual([0, 10, 20])
  })
})
