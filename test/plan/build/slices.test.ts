import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownerSlices, tensorSlices } from '../../../src/plan/build/slices.ts'
import { length, type Span } from '../../../src/plan/span.ts'

const FLOATS_PER_LINE = 16
const RUNS = { numRuns: 500 }

/** Spans follow each other without a gap from 0 to the end. */
function expectCover(spans: readonly Span[], end: number): void {
  spans.forEach((span, i) => {
    expect(span.from).toBe(i === 0 ? 0 : spans[i - 1].to)
    expect(span.to).toBeGreaterThanOrEqual(span.from)
  })
  expect(spans.at(-1)!.to).toBe(end)
}

const anyWidth = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 21, max: 300 }))

describe('the slices of a tensor-parallel group', () => {
  it('cover every row of a parameter matrix once, in order, and begin on cache lines', () => {
    fc.assert(
      fc.property(anyWidth, fc.integer({ min: 1, max: 9 }), (inputs, ranks) => {
        const slices = tensorSlices(inputs, ranks)
        expect(slices).toHaveLength(ranks)
        const filled = slices.filter((slice) => length(slice) > 0)
        expectCover(filled, inputs + 1)
        for (const { from } of filled) expect(from % FLOATS_PER_LINE).toBe(0)
      }),
      RUNS,
    )
  })
})

const slicesOf = ({ widths, ranks, grain }: { widths: number[]; ranks: number; grain: number }) =>
  ownerSlices({ widths, activation: 'relu', loss: 'mse' }, { from: 0, to: widths.length - 1 }, ranks, grain)

describe('the slices of owners', () => {
  const anyCase = fc.record({
    widths: fc.array(anyWidth, { minLength: 2, maxLength: 7 }),
    ranks: fc.integer({ min: 1, max: 8 }),
    grain: fc.constantFrom(1, 6, 12, 16),
  })

  it('cover every row of every parameter matrix once, in order', () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        const slices = slicesOf(any)
        expect(slices).toHaveLength(any.widths.length - 1)
        slices.forEach((spans, layer) => {
          expect(spans).toHaveLength(any.ranks)
          expectCover(spans, any.widths[layer] + 1)
        })
      }),
      RUNS,
    )
  })

  it('begin at whole grains or at the end of a layer, and never leave somebody the bias alone', () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        slicesOf(any).forEach((spans, layer) => {
          const height = any.widths[layer] + 1
          for (const { from } of spans) expect(from === height || from % any.grain === 0).toBe(true)
          const filled = spans.filter((span) => length(span) > 0)
          if (filled.length > 1) expect(length(filled.at(-1)!)).toBeGreaterThan(1)
        })
      }),
      RUNS,
    )
  })

  it('are the layers behind each other, cut for equal work up to half a grain and a bias row at each cut', () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        const slices = slicesOf(any)
        /** Of a row: whole panels, and twice the time for one that is not full. */
        const costs = any.widths.slice(1).map((columns) => Math.floor(columns / 16) + (columns % 16 === 0 ? 0 : 2))
        const work = (ranks: number) =>
          slices.reduce(
            (sum, spans, layer) =>
              sum + costs[layer] * spans.slice(0, ranks).reduce((rows, span) => rows + length(span), 0),
            0,
          )
        const slack = (any.grain / 2 + 1) * Math.max(...costs)
        for (let ranks = 0; ranks <= any.ranks; ranks++) {
          const equal = (work(any.ranks) * ranks) / any.ranks
          expect(Math.abs(work(ranks) - equal)).toBeLessThanOrEqual(slack + 1e-9)
        }
      }),
      RUNS,
    )
  })

  it('of a part of the layers are those of that part alone', () => {
    const model = { widths: [40, 30, 50, 20], activation: 'relu', loss: 'mse' } as const
    const part = ownerSlices(model, { from: 1, to: 3 }, 3, 12)
    expect(part).toEqual(ownerSlices({ ...model, widths: [30, 50, 20] }, { from: 0, to: 2 }, 3, 12))
  })
})
