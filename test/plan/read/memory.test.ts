import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scratchFloats } from '../../../src/kernels/kernel.ts'
import { bytesOf, slotFloats } from '../../../src/plan/read/bytes.ts'
import { planGrid } from '../../../src/plan/build/programs.ts'
import { exceeds } from '../../../src/cells/fit.ts'
import { GRID_DEFAULTS, type Grid } from '../../../src/plan/grid.ts'
import { memoryOf, memoryPerRank, neediest, USES, type Use } from '../../../src/plan/read/memory.ts'
import { SHARED, type Plan } from '../../../src/plan/plan.ts'
import type { ScheduleName } from '../../../src/plan/schedules/index.ts'
import { layOut } from '../../../src/runtime/memory.ts'
import { anyGrid } from '../arbitrary.ts'

const FLOAT_BYTES = 4
const PAGE_BYTES = 65536
const MIB = 2 ** 20

const grid: Grid = {
  model: { widths: [64, 96, 80, 96, 64, 10], activation: 'relu', loss: 'cross-entropy' },
  optimizer: 'adam',
  batch: 48,
  dp: 1,
  pp: 1,
  microbatches: 1,
  schedule: '1f1b',
  reduction: 'direct',
  ...GRID_DEFAULTS,
}

/** Bytes that an owner has for a use. */
const owned = (plan: Plan, owner: number, use: Use): number =>
  memoryOf(plan)
    .find((each) => each.owner === owner)!
    .bytes.get(use)!
const perRank = (plan: Plan, use: Use): number[] => [...plan.programs.keys()].map((rank) => owned(plan, rank, use))
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** Bytes of activations per rank of four stages, with six samples a microbatch. */
const activations = (schedule: ScheduleName, microbatches: number) =>
  perRank(planGrid({ ...grid, pp: 4, microbatches, batch: 6 * microbatches, schedule }), 'activations')

describe('the memory of a plan', () => {
  it('is, owner by owner, exactly what is allocated, but for scratch and the rest of a page', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const { placements, regions } = layOut([plan], 1)
        const [placement] = placements
        const scratch = scratchFloats(Math.max(...plan.buffers.map(({ rows }) => rows)))
        for (const { owner, bytes } of memoryOf(plan)) {
          const counted = sum([...bytes.values()])
          const begin = owner === SHARED ? 0 : regions[owner].from + scratch
          const end = owner === SHARED ? regions[0].from : regions[owner].to
          const ends = plan.buffers.flatMap((buffer, index) =>
            buffer.owner === owner && buffer.role !== 'message'
              ? [placement[index] + buffer.slots * slotFloats(buffer)]
              : [],
          )
          expect(counted).toBe((Math.max(begin, ...ends) - begin) * FLOAT_BYTES)
          const rest = (end - begin) * FLOAT_BYTES - counted
          expect(rest).toBeGreaterThanOrEqual(0)
          expect(rest).toBeLessThan(PAGE_BYTES)
        }
      }),
    )
  })

  it('knows a use for every buffer that takes room, and messages take none', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const counted = sum(memoryOf(plan).flatMap(({ bytes }) => USES.map((use) => bytes.get(use)!)))
        const all = bytesOf(plan, ...new Set(plan.buffers.map(({ role }) => role)))
        expect(counted).toBe(all - bytesOf(plan, 'message'))
      }),
    )
  })

  it('per rank, sums to everything but the batches: what is shared is shared out', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const all = sum(
          memoryOf(plan).flatMap(({ bytes }) => USES.filter((use) => use !== 'batch').map((use) => bytes.get(use)!)),
        )
        expect(sum(memoryPerRank(plan))).toBeCloseTo(all, 3)
        expect(neediest(plan).bytes).toBe(Math.max(...memoryPerRank(plan)))
      }),
    )
  })

  it('holds weights and activations once under owner, and once per replica under every classic reduction', () => {
    const serial = planGrid(grid)
    for (const dp of [2, 3, 4]) {
      const shared = planGrid({ ...grid, dp, reduction: 'owner' })
      expect(owned(shared, SHARED, 'weights')).toBe(owned(serial, 0, 'weights'))
      expect(owned(shared, SHARED, 'activations')).toBe(owned(serial, 0, 'activations'))
      expect(perRank(shared, 'weights')).toEqual(shared.programs.map(() => 0))
      expect(perRank(shared, 'activations')).toEqual(shared.programs.map(() => 0))
      for (const reduction of ['gather', 'tree', 'ring', 'direct'] as const) {
        const plan = planGrid({ ...grid, dp, reduction })
        expect(owned(plan, SHARED, 'weights')).toBe(0)
        expect(perRank(plan, 'weights')).toEqual(plan.programs.map(() => owned(serial, 0, 'weights')))
        expect(perRank(plan, 'gradients')).toEqual(plan.programs.map(() => owned(serial, 0, 'gradients')))
        // Each has the rows of its share of the batch only.
        expect(sum(perRank(plan, 'activations'))).toBe(owned(serial, 0, 'activations'))
      }
    }
  })

  it('cuts gradients and optimizer state between the ranks under owner, the state only with a sharded optimizer', () => {
    const serial = planGrid(grid)
    const most = (dp: number, use: Use, change: Partial<Grid>): number =>
      Math.max(...perRank(planGrid({ ...grid, dp, ...change }), use))
    const owner = { reduction: 'owner' } as const
    const sharded = { shardOptimizer: true }
    for (const dp of [2, 3, 4]) {
      for (const use of ['gradients', 'optimizer-state'] as const) {
        expect(sum(perRank(planGrid({ ...grid, dp, ...owner }), use))).toBe(owned(serial, 0, use))
        expect(most(dp, use, owner)).toBeLessThan(most(dp - 1, use, owner))
      }
      const state = perRank(planGrid({ ...grid, dp, ...sharded }), 'optimizer-state')
      expect(sum(state)).toBe(owned(serial, 0, 'optimizer-state'))
      expect(most(dp, 'optimizer-state', sharded)).toBeLessThan(most(dp - 1, 'optimizer-state', sharded))
      expect(most(dp, 'gradients', sharded)).toBe(owned(serial, 0, 'gradients'))
      expect(most(dp, 'optimizer-state', {})).toBe(owned(serial, 0, 'optimizer-state'))
    }
  })

  it('of activations is bounded under 1F1B by the depth of a stage, and grows with the microbatches under GPipe', () => {
    const few = activations('1f1b', 8)
    for (const microbatches of [16, 64]) expect(activations('1f1b', microbatches)).toEqual(few)
    const [before, after] = [activations('gpipe', 8), activations('gpipe', 64)]
    // The first rank's one layer reads the batch, which is nobody's, and writes where the next rank reads.
    for (const rank of [1, 2, 3]) {
      expect(after[rank]).toBeGreaterThan(4 * before[rank])
      expect(before[rank]).toBeGreaterThan(few[rank])
    }
  })
})

/** An amount as a refusal writes it. */
const written = (bytes: number): string =>
  bytes < MIB ? `${(bytes / 1024).toFixed(2)} KiB` : `${(bytes / MIB).toFixed(2)} MiB`

/** The grids that a refusal proposes, and what it says that they need. */
function proposalsOf(refusal: string, refused: Grid): { grid: Grid; needs: string }[] {
  const proposals = refusal.matchAll(/(\d+)x(\d+)x(\d+)(?: ([a-z0-9-]+))? \((\d+\.\d\d [KM]iB)\)/g)
  return [...proposals].map(([, dp, pp, tp, schedule, needs]) => ({
    grid: {
      ...refused,
      dp: Number(dp),
      pp: Number(pp),
      tp: Number(tp),
      microbatches: Number(pp) > 1 ? refused.microbatches : 1,
      schedule: (schedule ?? refused.schedule) as ScheduleName,
      table: undefined,
      handoff: 'shared',
    },
    needs,
  }))
}

describe('a budget of memory per rank', () => {
  it('refuses a replica that does not fit while its stages do, with the need, the budget and what fits', () => {
    const data: Grid = { ...grid, model: { ...grid.model, widths: [256, 256, 256, 256, 10] }, dp: 4 }
    const stages: Grid = { ...data, dp: 1, pp: 4 }
    const budget = 1.5 * neediest(planGrid(stages)).bytes
    const { bytes, rank } = neediest(planGrid(data))
    expect(bytes).toBeGreaterThan(budget)
    expect(exceeds(stages, budget)).toBeUndefined()
    const refusal = exceeds(data, budget)!
    const begins = `needs ${written(bytes)} on rank ${rank}, more than the ${written(budget)} allowed per rank; these fit: `
    expect(refusal.startsWith(begins), refusal).toBe(true)
    expect(proposalsOf(refusal, data).some(({ grid: { dp, pp, tp } }) => dp === 1 && pp * tp === 4)).toBe(true)
  })

  it('says so where no grid and no schedule of as many ranks fits', () => {
    expect(exceeds({ ...grid, dp: 2 }, 1000)).toMatch(
      /^needs \d+\.\d\d KiB on rank \d, .*; no grid or schedule of 2 ranks fits$/,
    )
  })

  it('refuses exactly the plans that need more, and proposes only what really fits, for every grid and budget', () => {
    fc.assert(
      fc.property(anyGrid, fc.double({ min: 0.2, max: 1.2, noNaN: true }), (any, share) => {
        const { bytes } = neediest(planGrid(any))
        const budget = share * bytes
        const refusal = exceeds(any, budget)
        expect(refusal === undefined).toBe(bytes <= budget)
        for (const proposal of proposalsOf(refusal ?? '', any)) {
          const { dp, pp, tp } = proposal.grid
          expect(dp * pp * tp).toBe(any.dp * any.pp * any.tp)
          const needed = neediest(planGrid(proposal.grid)).bytes
          expect(needed).toBeLessThanOrEqual(budget)
          expect(proposal.needs).toBe(written(needed))
        }
      }),
      { numRuns: 60 },
    )
  })
})
