import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGrid } from '../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, ownersCompute, type Grid } from '../../src/plan/grid.ts'
import { anyGrid } from '../plan/arbitrary.ts'
import { trainInOneThread } from './one-thread.ts'

const serialOf = (grid: Grid): Grid => ({ ...grid, dp: 1, pp: 1, tp: 1, schedule: 'gpipe', microbatches: 1 })

describe('a bound plan', () => {
  it('gives serial’s weights to the bit whenever the plan is exact, for every grid, schedule and optimizer', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const exact: Grid =
          grid.dp > 1 ? { ...grid, reduction: 'owner', shardOptimizer: false, handoff: 'shared' } : grid
        const split = trainInOneThread(planGrid(exact), 3)
        expect(split).toEqual(trainInOneThread(planGrid(serialOf(exact)), 3))
      }),
      { numRuns: 150 },
    )
  })

  it('gives replicas that are equal to the bit and near serial when gradients are combined', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const split = trainInOneThread(planGrid(grid), 2)
        const serial = trainInOneThread(planGrid(serialOf(grid)), 2)
        split.forEach((replicas, layer) => {
          expect(replicas).toHaveLength(ownersCompute(grid) ? 1 : grid.dp)
          for (const replica of replicas) expect(replica).toEqual(replicas[0])
          // Adam divides by the size of the gradient, so that a rounding of a gradient of zero can become a step.
          if (grid.optimizer === 'adam') return
          replicas[0].forEach((w, i) => expect(Math.abs(w - serial[layer][0][i])).toBeLessThan(1e-4))
        })
      }),
      { numRuns: 150 },
    )
  })

  it.each([1, 257, 600])('keeps the exact modes exact for a batch of %i, every optimizer and loss', (batch) => {
    for (const optimizer of ['sgd', 'momentum', 'adam'] as const) {
      for (const loss of ['cross-entropy', 'mse'] as const) {
        const grid: Grid = {
          model: { widths: [20, 17, 9, 5], activation: 'relu', loss },
          optimizer,
          batch,
          dp: 1,
          pp: 3,
          microbatches: Math.min(7, batch),
          schedule: '1f1b',
          reduction: 'direct',
          ...GRID_DEFAULTS,
        }
        const split = trainInOneThread(planGrid(grid), 3)
        expect(split).toEqual(trainInOneThread(planGrid(serialOf(grid)), 3))
      }
    }
  })
})
