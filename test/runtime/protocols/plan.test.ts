import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGrid } from '../../../src/plan/build/programs.ts'
import type { Grid } from '../../../src/plan/grid.ts'
import { anyGrid } from '../../plan/arbitrary.ts'
import { atomic, sleeping } from './counter.model.ts'
import { explore } from './explore.ts'
import { planModel } from './plan.model.ts'
import { tinyGrid } from './tiny-grid.ts'

const STEPS = 2

/** Wide enough in the middle for two ranks to share a layer by columns. */
const wide = { model: { widths: [3, 20, 3], activation: 'relu', loss: 'mse' } } as const

describe('a whole plan, in every order of steps', () => {
  it.each<[string, number, Partial<Grid>, number]>([
    ['tensor-parallel, 1 × 1 × 2', 2, { ...wide, tp: 2 }, 100],
    ['interleaved, 1 × 2 × 1 of 2 chunks', 4, { pp: 2, microbatches: 2, schedule: 'interleaved' }, 100],
    ['hybrid, 2 × 2 × 1', 2, { dp: 2, pp: 2, microbatches: 2 }, 5_000],
    ['hybrid with the ring, 2 × 2 × 1', 2, { dp: 2, pp: 2, microbatches: 2, reduction: 'ring' }, 5_000],
    ['owner-computes, 2 × 2 × 1', 2, { dp: 2, pp: 2, microbatches: 2, reduction: 'owner' }, 1_000],
    ['hybrid, 2 × 1 × 2', 2, { ...wide, dp: 2, tp: 2 }, 1_000],
    ['in messages, 1 × 3 × 1', 3, { pp: 3, microbatches: 3, handoff: 'clone' }, 900],
  ])('%s, never stands still, and races nowhere', (_, layers, grid, least) => {
    const { states, fault } = explore(planModel(planGrid(tinyGrid(layers, grid)), STEPS, atomic))
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(least)
  })

  it.each<[string, Partial<Grid>]>([
    ['data-parallel, direct', { dp: 2 }],
    ['a pipeline with one slot', { pp: 2, microbatches: 3, capacity: 1 }],
  ])('%s, of 2 ranks that sleep and wake, likewise', (_, grid) => {
    const { states, fault } = explore(planModel(planGrid(tinyGrid(2, grid)), STEPS, sleeping(0)))
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(1_000)
  })

  it('of any grid of 2 ranks, likewise', () => {
    const anyPair = anyGrid.filter(({ dp, pp, tp }) => dp * pp * tp === 2)
    fc.assert(
      fc.property(anyPair, (grid) => {
        const { states, fault } = explore(planModel(planGrid(grid), STEPS))
        expect(fault).toBeUndefined()
        expect(states).toBeGreaterThan(20)
      }),
      { numRuns: 50 },
    )
  })
})
