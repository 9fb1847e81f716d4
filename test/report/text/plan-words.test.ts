import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGrid } from '../../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, type Grid } from '../../../src/plan/grid.ts'
import { planWords } from '../../../src/report/text/plan-words.ts'
import { anyGrid } from '../../plan/arbitrary.ts'

const grid: Grid = {
  model: { widths: [256, 256, 256, 256, 256, 10], activation: 'relu', loss: 'cross-entropy' },
  optimizer: 'sgd',
  batch: 90,
  dp: 1,
  pp: 1,
  microbatches: 1,
  schedule: 'gpipe',
  reduction: 'direct',
  ...GRID_DEFAULTS,
}
const words = (change: Partial<Grid>): string[] => planWords(planGrid({ ...grid, ...change }))

describe('a plan in words', () => {
  it('gives each rank its samples and the whole model with data parallelism', () => {
    expect(words({ dp: 3 })).toEqual([
      'rank 0: samples 0–29 (30 of 90), the whole model',
      'rank 1: samples 30–59 (30 of 90), the whole model',
      'rank 2: samples 60–89 (30 of 90), the whole model',
    ])
  })

  it('gives each rank all samples and its layers with model parallelism, in microbatches or not', () => {
    const layers = ['rank 0: all 90 samples, layers 1–2', 'rank 1: all 90 samples, layers 3–5']
    expect(words({ pp: 2 })).toEqual(layers)
    expect(words({ pp: 2, microbatches: 8, schedule: '1f1b' })).toEqual(layers)
    expect(words({ pp: 2, microbatches: 4, schedule: 'interleaved' })[0]).toMatch(/ layers 1, 3/)
  })

  it('gives each rank its columns with tensor parallelism', () => {
    const model = { ...grid.model, widths: [256, 256, 256] }
    expect(words({ model, tp: 2 })).toEqual([
      'rank 0: all 90 samples, columns 0–127 of each layer',
      'rank 1: all 90 samples, columns 128–255 of each layer',
    ])
    expect(words({ tp: 2 })).toEqual([
      'rank 0: all 90 samples, columns 0–127 of layers 1–4, all of layer 5',
      'rank 1: all 90 samples, columns 128–255 of layers 1–4',
    ])
  })

  it('says which share of the gradients a rank computes for the others, where owners compute', () => {
    expect(words({ dp: 2, reduction: 'owner' })[0]).toMatch(
      /^rank 0: samples 0–44 \(45 of 90\), the whole model; \d\d % of the gradients$/,
    )
  })

  it('is one line where there is one rank, and groups many ranks', () => {
    expect(words({})).toEqual(['rank 0: all 90 samples, the whole model'])
    expect(words({ dp: 30 })).toEqual(['ranks 0–29: 3 of 90 samples each, the whole model'])
    expect(words({ dp: 20 })).toEqual([
      'ranks 0–9: 5 of 90 samples each, the whole model',
      'ranks 10–19: 4 of 90 samples each, the whole model',
    ])
    expect(words({ tp: 12 }).at(-1)).toBe('… and 5 more ranks')
  })

  it('has every rank of any plan, in at most 80 columns', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const lines = planWords(plan)
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
        expect(lines[0]).toMatch(/^ranks? 0/)
        const counted = lines.flatMap((line) => {
          const [, from, to = from, more] = /^(?:ranks? (\d+)(?:–(\d+))?:|… and (\d+))/.exec(line) ?? []
          return from === undefined ? Number(more ?? 0) : Number(to) - Number(from) + 1
        })
        expect(counted.reduce((sum, count) => sum + count, 0)).toBe(plan.programs.length)
      }),
    )
  })
})
