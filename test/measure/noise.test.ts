import { describe, expect, it } from 'vitest'
import { random } from '../../src/model/random.ts'
import { isCalledDifferent, isDifferent, noiseFloor } from '../../src/measure/noise.ts'

const SEED = 1
const visits = (times: readonly number[]) => times.map((ns, block) => ({ block, stepNs: [ns, ns, ns], warmUp: 0 }))

describe('the floor of a run’s noise', () => {
  it('is what serial and serial again differ by, whichever is slower', () => {
    const serial = visits([100, 100, 100])
    expect(noiseFloor(serial, visits([102, 101, 100]), SEED)).toBeCloseTo(0.02, 12)
    expect(noiseFloor(serial, visits([97, 99, 100]), SEED)).toBeCloseTo(0.03, 12)
    expect(noiseFloor(serial, [], SEED)).toBeUndefined()
  })

  it('must be exceeded by what is called a difference, whose interval must not hold 1', () => {
    expect(isDifferent(1.05, { low: 1.02, high: 1.08 }, 0.03)).toBe(true)
    expect(isDifferent(0.95, { low: 0.92, high: 0.98 }, 0.03)).toBe(true)
    expect(isDifferent(1.02, { low: 1.01, high: 1.03 }, 0.03)).toBe(false)
    expect(isDifferent(1.05, { low: 0.99, high: 1.08 }, 0.03)).toBe(false)
  })
})

describe('the A/A test', () => {
  it('is judged in other blocks than the floor is taken from', () => {
    const even = [110, 100, 110, 101, 110, 100, 110, 99]
    expect(isCalledDifferent(visits(Array(8).fill(100)), visits(even), SEED)).toBe(true)
    const odd = [100, 110, 101, 110, 100, 110, 99, 110]
    expect(isCalledDifferent(visits(Array(8).fill(100)), visits(odd), SEED)).toBe(false)
  })

  it('has no verdict with too few blocks', () => {
    expect(isCalledDifferent(visits([1, 1, 1]), visits([1, 1]), SEED)).toBeUndefined()
    expect(isCalledDifferent([], [], SEED)).toBeUndefined()
  })

  it('calls serial different from itself at most 2 times in 40, however heavy the tails of the noise', () => {
    for (const tail of [0, 1, 4]) {
      const generator = random(SEED, tail)
      const noisy = () =>
        visits(
          Array.from({ length: 10 }, () => {
            const [quiet, burst] = [generator.uniform(), generator.uniform()]
            return 100 * (1 + 0.02 * quiet + (burst < 0.2 ? tail * generator.uniform() : 0))
          }),
        )
      const called = Array.from({ length: 40 }, () => isCalledDifferent(noisy(), noisy(), SEED))
      expect(called.filter(Boolean).length).toBeLessThanOrEqual(2)
    }
  })
})
