import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTries, type Pace } from '../../../src/measure/handoff/tries.ts'

/** Tries that take what is given, in milliseconds on a clock of their own. */
function run(pace: Pace, durations: () => number) {
  let now = 0
  const tries = createTries(pace, () => now)
  const all: number[] = []
  while (tries.goOn()) {
    const duration = durations()
    now += duration
    all.push(duration * 1e6)
    tries.record(duration * 1e6)
  }
  return { all, samples: tries.part.samples }
}

const arbitraryPace = fc.record({
  warmUpMs: fc.integer({ min: 0, max: 50 }),
  measuredMs: fc.integer({ min: 0, max: 50 }),
  fewest: fc.integer({ min: 1, max: 10 }),
  most: fc.integer({ min: 10, max: 20 }),
})
const arbitraryDuration = fc.integer({ min: 1, max: 10 })

describe('the tries of a measurement', () => {
  it('are at least the fewest and at most the most, and the last ones of all', () => {
    fc.assert(
      fc.property(arbitraryPace, fc.infiniteStream(arbitraryDuration), (pace, durations) => {
        const { all, samples } = run(pace, () => durations.next().value)
        expect(samples.length).toBeGreaterThanOrEqual(pace.fewest)
        expect(samples.length).toBeLessThanOrEqual(pace.most)
        expect(samples).toEqual(all.slice(-samples.length))
      }),
    )
  })

  it('begin after three tries of warm-up, or more if these were shorter than it', () => {
    const pace = { warmUpMs: 10, measuredMs: 0, fewest: 1, most: 1 }
    expect(run(pace, () => 1).all).toHaveLength(10 + 1)
    expect(run(pace, () => 100).all).toHaveLength(3 + 1)
  })

  it('go on for the time that is measured', () => {
    const pace = { warmUpMs: 0, measuredMs: 20, fewest: 1, most: 1000 }
    expect(run(pace, () => 2).samples).toHaveLength(10)
  })
})
