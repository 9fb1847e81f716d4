import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepFlop } from '../../src/model/shape.ts'
import { planGrid } from '../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, type Grid } from '../../src/plan/grid.ts'
import { flopOf } from '../../src/plan/read/work.ts'
import { idealBubble } from '../../src/simulate/bubble.ts'
import { simulate } from '../../src/simulate/simulate.ts'
import { anyGrid } from '../plan/arbitrary.ts'

const base: Grid = {
  model: { widths: [1, 8, 8, 8, 8], activation: 'relu', loss: 'mse' },
  optimizer: 'sgd',
  batch: 24,
  dp: 1,
  pp: 1,
  microbatches: 1,
  schedule: 'gpipe',
  reduction: 'direct',
  ...GRID_DEFAULTS,
}

describe('the ideal bubble', () => {
  it('is (p − 1)/(m + p − 1) for equal stages, under GPipe and under 1F1B', () => {
    // Layers alike in every respect: the first one has no input gradient, so that is not counted for any.
    const cost = { forward: 1, 'backward-weight': 2 } as Readonly<Record<string, number>>
    const model = { ...base.model, widths: [8, 8, 8, 8, 8] }
    for (const schedule of ['gpipe', '1f1b'] as const) {
      for (const microbatches of [1, 2, 4, 8]) {
        for (const pp of [1, 2, 4]) {
          const plan = planGrid({ ...base, pp, microbatches, schedule, model })
          const { duration, idle } = simulate(plan, (instruction) => cost[instruction.op] ?? 0)
          const bubble = idle.reduce((a, b) => a + b) / (pp * duration)
          expect(bubble).toBeCloseTo((pp - 1) / (microbatches + pp - 1), 12)
        }
      }
    }
  })

  it('is zero for replicas of equal shares and a half for two stages that take turns', () => {
    expect(idealBubble(planGrid({ ...base, dp: 4 }))).toBe(0)
    const layers = { ...base.model, widths: [8, 8, 8, 8] }
    expect(idealBubble(planGrid({ ...base, pp: 2, model: layers }))).toBeCloseTo(0.5, 12)
  })
})

describe('the flop of a plan’s instructions', () => {
  it('sums to the flop of a step, however it is split', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const plan = planGrid(grid)
        const flop = plan.programs.flat().reduce((sum, instruction) => sum + flopOf(plan, instruction), 0)
        expect(flop).toBe(stepFlop(grid.model, grid.batch))
      }),
    )
  })
})
