import fc from 'fast-check'
import type { Grid } from '../../src/plan/grid.ts'

/** Random points of the grid that have a plan. */
export const anyGrid: fc.Arbitrary<Grid> = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 8 }),
    dp: fc.integer({ min: 1, max: 4 }),
    stages: fc.integer({ min: 1, max: 7 }),
    microbatches: fc.integer({ min: 1, max: 9 }),
    spare: fc.integer({ min: 0, max: 13 }),
    schedule: fc.constantFrom('gpipe', '1f1b'),
    reduction: fc.constantFrom('gather', 'direct'),
    optimizer: fc.constantFrom('sgd', 'momentum', 'adam'),
    activation: fc.constantFrom('relu', 'tanh', 'sigmoid', 'identity'),
    loss: fc.constantFrom('cross-entropy', 'mse'),
  })
  .map(({ widths, dp, stages, microbatches, spare, schedule, reduction, optimizer, activation, loss }) => ({
    model: { widths, activation, loss },
    optimizer,
    batch: dp * microbatches + spare,
    dp,
    pp: Math.min(stages, widths.length - 1),
    microbatches,
    schedule,
    reduction,
  }))
