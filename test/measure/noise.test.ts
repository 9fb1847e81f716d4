import { describe, expect, it } from 'vitest'
import { isDifferent, noiseOf } from '../../src/measure/noise.ts'

const visits = (times: readonly number[]) => times.map((ns, block) => ({ block, stepNs: [ns, ns, ns], warmUp: 0 }))

describe('the noise of a run', () => {
  it('is the most that serial differs from itself, whichever is slower', () => {
    const serial = visits([100, 100, 100, 100, 100, 100])
    expect(noiseOf(serial, visits([102, 101, 100, 100, 100, 99]))).toBeCloseTo(0.02, 12)
    expect(noiseOf(serial, visits([97, 99, 100, 101, 100, 100]))).toBeCloseTo(0.03, 12)
  })

  it('is not known from one block, or none', () => {
    expect(noiseOf(visits([100]), visits([100]))).toBeUndefined()
    expect(noiseOf(visits([100, 100]), [])).toBeUndefined()
  })
})

describe('a ratio', () => {
  it('differs from 1 if its interval excludes 1', () => {
    expect(isDifferent({ low: 1.001, high: 1.5 })).toBe(true)
    expect(isDifferent({ low: 0.5, high: 0.999 })).toBe(true)
  })

  it('is shown to be 1 if its interval lies within 3 % of it', () => {
    expect(isDifferent({ low: 0.98, high: 1.02 })).toBe(false)
  })

  it('is not known otherwise', () => {
    expect(isDifferent({ low: 0.96, high: 1.01 })).toBeUndefined()
    expect(isDifferent({ low: 0.99, high: 1.04 })).toBeUndefined()
    expect(isDifferent(undefined)).toBeUndefined()
  })
})
