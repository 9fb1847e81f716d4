import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillPattern, hasPattern } from '../../../src/measure/handoff/pattern.ts'

const arbitraryAttempt = fc.integer({ min: 1, max: 1_000_000 })
const arbitraryLength = fc.integer({ min: 1, max: 2000 })

function patternOf(length: number, attempt: number): Float32Array {
  const values = new Float32Array(length)
  fillPattern(values, attempt)
  return values
}

describe('the pattern of a payload', () => {
  it('is recognised, and no element is that of another try', () => {
    fc.assert(
      fc.property(arbitraryLength, arbitraryAttempt, arbitraryAttempt, (length, attempt, other) => {
        const values = patternOf(length, attempt)
        expect(hasPattern(values, attempt)).toBe(true)
        if (other === attempt) return
        const stale = patternOf(length, other)
        expect(values.every((value, i) => value !== stale[i])).toBe(true)
      }),
    )
  })

  it('does not bear a single element that differs', () => {
    fc.assert(
      fc.property(arbitraryLength, arbitraryAttempt, fc.nat(), (length, attempt, at) => {
        const values = patternOf(length, attempt)
        values[at % length] += 1
        expect(hasPattern(values, attempt)).toBe(false)
      }),
    )
  })
})
