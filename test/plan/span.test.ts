import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { split, length } from '../../src/plan/span.ts'

describe('splitting', () => {
  it('gives parts that follow each other and differ by at most one', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(50), fc.integer({ min: 1, max: 60 }), (size, from, parts) => {
        const spans = split({ from, to: from + size }, parts)
        expect(spans).toHaveLength(parts)
        spans.forEach((span, i) => expect(span.from).toBe(i === 0 ? from : spans[i - 1].to))
        expect(spans.at(-1)!.to).toBe(from + size)
        const lengths = spans.map(length)
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
