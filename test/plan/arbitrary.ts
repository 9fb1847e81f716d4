import fc from 'fast-check'
import { ACTIVATIONS, LOSSES, OPTIMIZERS } from '../../src/kernels/kernel.ts'
import type { Grid } from '../../src/plan/grid.ts'

/** Random points of the grid that have a plan. */
export const anyGrid: fc.Arbitrary<Grid> = fc
  .record({
    widths: fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 40 })), {
      minLength: 2,
      maxLength: 8,
    }),
    dp: fc.integer({ min: 1, max: 4 }),
    stages: fc.integer({ min: 1, max: 7 }),
    microbatches: fc.integer({ min: 1, max: 9 }),
    spare: fc.integer({ min: 0, max: 13 }),
    schedule: fc.constantFrom('gpipe', '1f1b', 'interleaved', 'zero-bubble'),
    chunks: fc.integer({ min: 1, max: 3 }),
    tp: fc.integer({ min: 1, max: 3 }),
    reduction: fc.constantFrom('gather', 'tree', 'ring', 'direct', 'owner'),
    bucketBytes: fc.constantFrom(0, 300, 1_000_000),
    overlap: fc.boolean(),
    shardOptimizer: fc.boolean(),
    handoff: fc.constantFrom('shared', 'transfer', 'clone'),
    optimizer: fc.constantFrom(...OPTIMIZERS),
    activation: fc.constantFrom(...ACTIVATIONS),
    loss: fc.constantFrom(...LOSSES),
  })
  .map(({ widths, stages, spare, activation, loss, ...rest }): Grid => {
    const layers = widths.length - 1
    const { dp, microbatches, reduction, schedule, handoff } = rest
    const pp = Math.min(stages, layers)
    const chunks = schedule === 'interleaved' ? Math.min(rest.chunks, Math.floor(layers / pp)) : rest.chunks
    const tp = Math.min(rest.tp, Math.ceil(Math.max(...widths) / 16))
    const owners = dp > 1 && reduction === 'owner'
    return {
      ...rest,
      model: { widths, activation, loss },
      batch: dp * microbatches + spare,
      pp,
      tp,
      chunks,
      shardOptimizer: rest.shardOptimizer && reduction === 'direct',
      handoff: tp > 1 || owners ? 'shared' : handoff,
    }
  })
