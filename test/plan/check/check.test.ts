import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkPlan } from '../../../src/plan/check/check.ts'
import { planGrid } from '../../../src/plan/build.ts'
import { GRID_DEFAULTS, ownersCompute, tableOf, type Grid } from '../../../src/plan/grid.ts'
import type { Instruction, Plan } from '../../../src/plan/plan.ts'
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

  it('notices when any instruction of any rank is left out', () => {
    for (const grid of [pipeline, data, { ...pipeline, dp: 2, pp: 2, microbatches: 2 }]) {
      const plan = planGrid(grid)
      plan.programs.forEach((program, rank) => {
        program.forEach((instruction, index) => {
          const mutant = without(plan, rank, index)
          // Credit is needed only where slots are fewer than what may be in flight; by default they are not.
          const counter = 'counter' in instruction ? plan.counters[instruction.counter].name : ''
          const needless = counter.endsWith('released')
          if (!needless) expect(() => checkPlan(mutant), JSON.stringify(instruction)).toThrow()
        })
      })
    }
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
      const weights = program.flatMap((i, index) =>
        i.op === 'backward-weight' && i.layer === 0 ? [index] : [],
      )
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
