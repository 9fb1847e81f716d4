import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layerFlop } from '../../../src/model/shape.ts'
import { balancedStages } from '../../../src/plan/build/balance.ts'
import { length } from '../../../src/plan/span.ts'

const model = { widths: [8, 16, 16, 16, 16, 4], activation: 'relu', loss: 'cross-entropy' } as const

describe('the stages', () => {
  it('cover all layers in order, none empty, and no cut makes the largest smaller', () => {
    const widths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(widths, fc.integer({ min: 1, max: 7 }), (any, wanted) => {
        const some = { ...model, widths: any }
        const layers = any.length - 1
        const stages = Math.min(wanted, layers)
        const spans = balancedStages(some, stages)
        expect(spans.map(length).every((n) => n > 0)).toBe(true)
        expect(spans.flatMap(({ from, to }) => [from, to]).toSpliced(-1, 1)[0]).toBe(0)
        spans.forEach((span, s) => expect(span.to).toBe(spans[s + 1]?.from ?? layers))
        const largest = Math.max(...spans.map((span) => cost(some, span.from, span.to)))
        expect(largest).toBe(smallest(some, 0, stages))
      }),
      { numRuns: 200 },
    )
  })
})

const cost = (any: typeof model | { widths: number[] }, from: number, to: number): number => {
  let flop = 0
  for (let layer = from; layer < to; layer++) flop += layerFlop({ ...model, widths: any.widths }, layer, 1)
  return flop
}

/** Smallest possible largest stage, by trying every cut. */
function smallest(any: { widths: number[] }, from: number, stages: number): number {
  const layers = any.widths.length - 1
  if (stages === 1) return cost(any, from, layers)
  let best = Infinity
  for (let cut = from + 1; cut <= layers - stages + 1; cut++) {
    best = Math.min(best, Math.max(cost(any, from, cut), smallest(any, cut, stages - 1)))
  }
  return best
}
