import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { balancedStages } from '../../src/plan/build/balance.ts'
import { bytesHandedOver, bytesHandedOverTo, bytesOf, slotFloats } from '../../src/plan/read/bytes.ts'
import { planGrid } from '../../src/plan/build/programs.ts'
import { signalsOf } from '../../src/plan/effects.ts'
import { GRID_DEFAULTS, impossible, type Grid } from '../../src/plan/grid.ts'
import { degreesOf, gridOf, MODES, type Mode } from '../../src/plan/modes.ts'
import { PlanError } from '../../src/plan/plan.ts'
import { schedules } from '../../src/plan/schedules/index.ts'
import { length } from '../../src/plan/span.ts'
import { anyGrid } from './arbitrary.ts'

const model = { widths: [8, 16, 16, 16, 16, 4], activation: 'relu', loss: 'cross-entropy' } as const
const grid: Grid = {
  model,
  optimizer: 'sgd',
  batch: 64,
  dp: 1,
  pp: 4,
  microbatches: 8,
  schedule: '1f1b',
  reduction: 'direct',
  ...GRID_DEFAULTS,
}
/** Two layers of 16, 32 and 16, and four samples. */
const small: Grid = {
  ...grid,
  model: { ...model, widths: [16, 32, 16] },
  batch: 4,
  pp: 1,
  microbatches: 1,
}
const wide = (width: number) => ({ model: { ...model, widths: [8, width, 16, 16, 16, 4] } })
const slots = (plan: ReturnType<typeof planGrid>, rank: number): number =>
  Math.max(0, ...plan.buffers.filter((b) => b.role === 'activation' && b.owner === rank).map((b) => b.slots))

describe('a plan', () => {
  it('holds no more activations under 1F1B than stages are left, however many microbatches there are', () => {
    for (const microbatches of [8, 16, 64]) {
      const plan = planGrid({ ...grid, microbatches })
      expect([0, 1, 2, 3].map((rank) => slots(plan, rank))).toEqual([0, 4, 3, 2])
    }
  })

  it('holds every microbatch at once under GPipe', () => {
    expect(slots(planGrid({ ...grid, schedule: 'gpipe', microbatches: 16 }), 2)).toBe(16)
  })

  it('is the same plan for layer as for a pipeline of one microbatch, and for serial as for one stage', () => {
    const layer = planGrid(gridOf('layer', grid, degreesOf('layer', 3)))
    expect(layer).toEqual(planGrid(gridOf('pipeline', { ...grid, microbatches: 1 }, degreesOf('pipeline', 3))))
    const single = (mode: Mode) => planGrid(gridOf(mode, { ...grid, microbatches: 1 }, { dp: 1, pp: 1, tp: 1 }))
    for (const mode of MODES) expect(single(mode)).toEqual(single('serial'))
  })

  it('is exact unless gradients of replicas are combined', () => {
    fc.assert(fc.property(anyGrid, (any) => planGrid(any).exact === (any.dp === 1 || any.reduction === 'owner')))
  })

  it('hands over one activation and one gradient per boundary and nothing else in a pipeline', () => {
    const plan = planGrid({ ...grid, pp: 2 })
    const crossing = model.widths[balancedStages(model, 2)[1].from]
    expect(bytesHandedOver(plan)).toBe(2 * 64 * crossing * 4)
    expect(bytesHandedOver(planGrid({ ...grid, pp: 1 }))).toBe(0)
  })

  it('hands over each replica’s gradient chunks and their sums in a direct reduction', () => {
    const plan = planGrid({ ...grid, dp: 2, pp: 1, microbatches: 1 })
    const parameters = 9 * 16 + 3 * 17 * 16 + 17 * 4
    // Each rank reads half of the other's gradient and then the other's half of the sums.
    expect(bytesHandedOver(plan)).toBe(2 * parameters * 4)
  })

  it('counts every float of every slot once', () => {
    const plan = planGrid(grid)
    const all = bytesOf(plan, ...new Set(plan.buffers.map((buffer) => buffer.role)))
    expect(all).toBe(4 * plan.buffers.reduce((sum, buffer) => sum + buffer.slots * slotFloats(buffer), 0))
  })

  it('says why a grid is impossible', () => {
    expect(() => planGrid({ ...grid, pp: 6 })).toThrow('6 stages need at least 6 layers; the model has 5')
    expect(() => planGrid({ ...grid, pp: 1, dp: 65 })).toThrow(
      '65 ranks that share the batch need at least 65 samples; the batch has 64',
    )
    expect(() => planGrid({ ...grid, microbatches: 65 })).toThrow(
      "65 microbatches need at least 65 samples; a rank's share of the batch has 64",
    )
  })

  it.each<[string, Partial<Grid>, string | undefined]>([
    ['a tensor-parallel group of two', { tp: 2, ...wide(17) }, undefined],
    [
      'more ranks than a layer has tiles',
      { tp: 3, ...wide(32) },
      '3 ranks that share a layer need one of at least 33 columns; the widest has 32',
    ],
    ['chunks for all layers', { schedule: 'interleaved', pp: 2, chunks: 2 }, undefined],
    [
      'more chunks than layers',
      { schedule: 'interleaved', pp: 3, chunks: 2 },
      '6 stages need at least 6 layers; the model has 5',
    ],
    ['chunks of another schedule', { schedule: 'gpipe', pp: 3, chunks: 9 }, undefined],
    ['messages between stages', { handoff: 'transfer' }, undefined],
    [
      'messages in a tensor-parallel group',
      { handoff: 'transfer', tp: 2, ...wide(32) },
      'handing over by transfer needs layers that are not shared (tp = 1, not 2)',
    ],
    [
      'messages between owners',
      { handoff: 'clone', dp: 2, reduction: 'owner' },
      'handing over by clone needs another reduction than owner',
    ],
    ['a sharded optimizer of one replica', { shardOptimizer: true, reduction: 'ring' }, undefined],
    ['a sharded optimizer', { shardOptimizer: true, dp: 2 }, undefined],
    [
      'a sharded optimizer of another reduction',
      { shardOptimizer: true, dp: 2, reduction: 'ring' },
      'a sharded optimizer needs the reduction direct, not ring',
    ],
    ['a schedule of one’s own', { pp: 2, table: schedules.gpipe(2, 8, 1) }, undefined],
    [
      'a schedule of another number of ranks',
      { pp: 3, table: schedules.gpipe(2, 8, 1) },
      'the schedule file is for 2 ranks, not for 3',
    ],
  ])('tells whether it can have %s, and why not', (_, change, reason) => {
    const changed = { ...grid, ...change }
    expect(impossible(changed)).toBe(reason)
    if (reason === undefined) expect(() => planGrid(changed)).not.toThrow()
    else expect(() => planGrid(changed)).toThrow(new PlanError(reason))
  })

  it('hands over, between owners, weights that another updates and rows of the batch that another computes', () => {
    const plan = planGrid({ ...small, dp: 2, reduction: 'owner' })
    // Rank 0 owns 12 of the 17 rows of layer 0; rank 1 the other 5 and all 33 of layer 1. Each has 2 of the 4 samples.
    const owned = plan.programs.map((program) =>
      program.flatMap((each) => (each.op === 'update' ? [[each.layer, length(each.weights.rows)]] : [])),
    )
    expect(owned).toEqual([
      [[0, 12]],
      [
        [1, 33],
        [0, 5],
      ],
    ])
    // The other's rows of layer 0; layer 1 forward, and backward without its bias; 2 samples of the delta behind layer 0.
    const first = 5 * 32 + 33 * 16 + 32 * 16 + 2 * 32
    // The other's rows of layer 0; 2 samples of layer 1's input and delta, and of the delta behind layer 0.
    const second = 12 * 32 + 2 * 32 + 2 * 16 + 2 * 32
    expect(bytesHandedOverTo(plan)).toEqual([4 * first, 4 * second])
    expect(bytesHandedOver(plan)).toBe(4 * (first + second))
  })

  it('hands over, in a tensor-parallel group, gathered activations and deltas, and rows of weights that another updates', () => {
    const plan = planGrid({ ...small, tp: 2 })
    // Rank 0 computes columns 0 to 15 behind layer 0 and all behind layer 1; it updates layer 0 and rows 0 to 15 of layer 1.
    // Half of layer 1's input; the other's 17 rows of layer 1; 2 rows of its delta; half of the delta behind layer 0.
    const first = 4 * 16 + 17 * 16 + 2 * 16 + 4 * 16
    // Half the columns of layer 0's weights; 2 rows of the output, and of its delta.
    const second = 17 * 16 + 2 * 16 + 2 * 16
    expect(bytesHandedOverTo(plan)).toEqual([4 * first, 4 * second])
  })

  it('publishes nothing that nobody awaits, but for credit where slots are ample', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const published = plan.counters.map(() => 0)
        const awaited = plan.counters.map(() => 0)
        for (const signal of plan.programs.flat().flatMap((each) => signalsOf(each))) {
          const { counter } = signal
          if (signal.kind === 'publish') published[counter]++
          else awaited[counter] = Math.max(awaited[counter], signal.atLeast)
        }
        const needless = plan.counters.filter(
          ({ name }, counter) => published[counter] > awaited[counter] && !name.endsWith('released'),
        )
        expect(needless).toEqual([])
      }),
    )
  })
})
