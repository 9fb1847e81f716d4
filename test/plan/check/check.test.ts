import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkPlan } from '../../../src/plan/check/check.ts'
import { planGrid } from '../../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, ownersCompute, tableOf, type Grid } from '../../../src/plan/grid.ts'
import { walkWithClocks } from '../../../src/plan/check/clocks.ts'
import { PlanError, type Instruction, type Plan } from '../../../src/plan/plan.ts'
import { peakInFlight, rankOf, stagesOf } from '../../../src/plan/schedules/schedule.ts'
import { anyGrid } from '../arbitrary.ts'

const RUNS = { numRuns: 500 }

const pipeline: Grid = {
  model: { widths: [6, 5, 4, 3], activation: 'relu', loss: 'cross-entropy' },
  optimizer: 'sgd',
  batch: 8,
  dp: 1,
  pp: 3,
  microbatches: 4,
  schedule: '1f1b',
  reduction: 'direct',
  ...GRID_DEFAULTS,
}
const data: Grid = { ...pipeline, dp: 3, pp: 1, microbatches: 1 }

/** The plan with one rank's program changed. */
function withProgram(plan: Plan, rank: number, change: (program: Instruction[]) => Instruction[]): Plan {
  return {
    ...plan,
    programs: plan.programs.map((program, r) => (r === rank ? change([...program]) : program)),
  }
}

const without = (plan: Plan, rank: number, index: number): Plan =>
  withProgram(plan, rank, (program) => program.toSpliced(index, 1))

/**
 * A plan has two kinds of signals that it would be sound without: credit where slots are ample, as they are by default,
 * and an await of what the rank knows already, since somebody has told it later things since.
 */
function isNeedless(plan: Plan, rank: number, index: number): boolean {
  const instruction = plan.programs[rank][index]
  if (!('counter' in instruction)) return false
  return plan.counters[instruction.counter].name.endsWith('released') || knowsAnyway(plan, rank, index)
}

/** Whether a rank that skips an await has heard of all that came before the publish all the same, by its clock there. */
function knowsAnyway(plan: Plan, rank: number, index: number): boolean {
  const instruction = plan.programs[rank][index]
  if (instruction.op !== 'await') return false
  const { counter, atLeast } = instruction
  const { publisher } = plan.counters[counter]
  const program = plan.programs[publisher]
  const publishes = program.flatMap((each, i) => (each.op === 'publish' && each.counter === counter ? [i] : []))
  const told = program.slice(0, publishes[atLeast - 1]).findLastIndex(({ op }) => op !== 'publish') + 1
  let knows = false
  try {
    walkWithClocks(without(plan, rank, index), (r, i, _, clock) => {
      if (r === rank && i === index) knows = clock[publisher] >= told
    })
  } catch (error) {
    if (!(error instanceof PlanError)) throw error
  }
  return knows
}

describe('the checker', () => {
  it('accepts the plan of every grid', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => checkPlan(planGrid(grid))),
      RUNS,
    )
  })

  it('accepts every legal channel capacity, and finds the deadlock or the race of every smaller one', () => {
    fc.assert(
      fc.property(anyGrid, fc.integer({ min: 1, max: 10 }), (grid, capacity) => {
        const plan = planGrid({ ...grid, capacity })
        const table = tableOf(grid)
        const consumers = Array.from({ length: stagesOf(table) - 1 }, (_, q) => q + 1)
        // A batch that is kept as a whole has room for all; so has a rank that hands over to itself.
        const bounded = !ownersCompute(grid) && grid.pp > 1
        const legal = consumers.every((q) => !bounded || capacity >= peakInFlight(table[rankOf(table, q)], q))
        if (legal) checkPlan(plan)
        else expect(() => checkPlan(plan)).toThrow(/deadlock|where it holds/)
      }),
      RUNS,
    )
  })

  describe('notices when any instruction of any rank is left out', () => {
    const wide = { ...pipeline, model: { ...pipeline.model, widths: [20, 40, 33, 18, 17] } }
    const reducing = { ...data, bucketBytes: 0 }
    const grids: Readonly<Record<string, Grid>> = {
      'a pipeline': pipeline,
      'a pipeline of the fewest slots': { ...pipeline, capacity: 3 },
      GPipe: { ...pipeline, schedule: 'gpipe' },
      'zero-bubble': { ...pipeline, schedule: 'zero-bubble' },
      interleaved: { ...wide, pp: 2, schedule: 'interleaved' },
      'transferred messages': { ...pipeline, handoff: 'transfer' },
      'cloned messages': { ...pipeline, pp: 2, handoff: 'clone' },
      gather: { ...reducing, reduction: 'gather' },
      tree: { ...reducing, reduction: 'tree', dp: 5 },
      ring: { ...reducing, reduction: 'ring' },
      'ring without overlap': { ...reducing, reduction: 'ring', overlap: false },
      direct: reducing,
      'direct in one bucket': data,
      'sharded optimizer': { ...reducing, optimizer: 'adam', shardOptimizer: true },
      owner: { ...wide, dp: 3, pp: 1, microbatches: 1, reduction: 'owner' },
      tensor: { ...wide, pp: 1, tp: 2, microbatches: 1 },
      'tensor of three, in microbatches': { ...wide, pp: 1, tp: 3, microbatches: 3 },
      'data × pipeline': { ...pipeline, dp: 2, pp: 2, microbatches: 2 },
      'data × pipeline × tensor': { ...wide, dp: 2, pp: 2, tp: 2, microbatches: 2 },
      'owner × pipeline × tensor': { ...wide, dp: 2, pp: 2, tp: 2, microbatches: 2, reduction: 'owner' },
    }

    it.each(Object.entries(grids))('%s', (_, grid) => {
      const plan = planGrid(grid)
      checkPlan(plan)
      plan.programs.forEach((program, rank) => {
        program.forEach((instruction, index) => {
          const mutant = without(plan, rank, index)
          if (!isNeedless(plan, rank, index)) {
            expect(() => checkPlan(mutant), `rank ${rank}: ${JSON.stringify(instruction)}`).toThrow()
          }
        })
      })
    })

    it('a pipeline that is short of slots: each wait for credit that tells anything new', () => {
      const plan = planGrid({ ...pipeline, pp: 2, schedule: 'gpipe', microbatches: 8 })
      const waits = plan.programs.flatMap((program, rank) =>
        program.flatMap((each, index) =>
          each.op === 'await' && each.cause === 'credit' && !knowsAnyway(plan, rank, index) ? [{ rank, index }] : [],
        ),
      )
      expect(waits.length).toBeGreaterThan(3)
      for (const { rank, index } of waits) {
        expect(() => checkPlan(without(plan, rank, index))).toThrow(/where it holds|without waiting/)
      }
    })
  })

  it('notices when any computing instruction is done twice', () => {
    const plan = planGrid(pipeline)
    plan.programs.forEach((program, rank) => {
      program.forEach((instruction, index) => {
        if ('layer' in instruction) {
          const mutant = withProgram(plan, rank, (p) => p.toSpliced(index, 0, instruction))
          expect(() => checkPlan(mutant), JSON.stringify(instruction)).toThrow()
        }
      })
    })
  })

  it('names the rank, the instruction and the counter of a deadlock', () => {
    const plan = planGrid(pipeline)
    const index = plan.programs[0].findIndex((instruction) => instruction.op === 'publish')
    expect(() => checkPlan(without(plan, 0, index))).toThrow(
      /^deadlock: rank \d, instruction \d+, waits for '.*' to reach \d+, but rank 0 publishes it only \d+ times/,
    )
  })

  it('notices a slot that is overwritten before its last reader, where the credit is not awaited', () => {
    const plan = planGrid({ ...pipeline, pp: 2, schedule: 'gpipe', microbatches: 8 })
    const rank = 1
    const index = plan.programs[rank].findIndex((i) => i.op === 'await' && i.cause === 'credit')
    expect(() => checkPlan(without(plan, rank, index))).toThrow(
      /reads 'delta \d' as 'microbatch 0' where it holds 'microbatch 2'/,
    )
  })

  it('notices an update that precedes a contribution', () => {
    const plan = planGrid({ ...pipeline, pp: 1, microbatches: 2 })
    const mutant = withProgram(plan, 0, (program) => {
      const update = program.findIndex((i) => i.op === 'update')
      return [program[update], ...program.toSpliced(update, 1)]
    })
    expect(() => checkPlan(mutant)).toThrow(/before it is written/)
  })

  it('notices weights that are read after their update', () => {
    const plan = planGrid({ ...pipeline, pp: 1, microbatches: 1 })
    const mutant = withProgram(plan, 0, (program) => {
      const input = program.findIndex((i) => i.op === 'backward-input')
      const [instruction] = program.splice(input, 1)
      const update = program.findIndex((i) => i.op === 'update')
      return program.toSpliced(update + 1, 0, instruction)
    })
    expect(() => checkPlan(mutant)).toThrow(/as 'before' where it holds 'after'/)
  })

  it('notices samples that are summed out of order', () => {
    const plan = planGrid({ ...pipeline, pp: 1, schedule: 'gpipe', microbatches: 2 })
    const mutant = withProgram(plan, 0, (program) => {
      const weights = program.flatMap((i, index) => (i.op === 'backward-weight' && i.layer === 0 ? [index] : []))
      const [first, second] = weights
      return program.with(first, program[second]).with(second, program[first])
    })
    expect(() => checkPlan(mutant)).toThrow(/before it is written|second time|ends before|as '/)
  })

  it('refuses partial sums in a plan that claims to be exact', () => {
    expect(() => checkPlan({ ...planGrid(data), exact: true })).toThrow(/exact plan/)
  })

  it('refuses a second publisher of a counter', () => {
    const plan = planGrid(pipeline)
    const publish = plan.programs[0].find((i) => i.op === 'publish')!
    const mutant = withProgram(plan, 1, (program) => [publish, ...program])
    expect(() => checkPlan(mutant)).toThrow(/only rank 0 may/)
  })
})
