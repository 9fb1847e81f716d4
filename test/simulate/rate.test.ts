import { describe, expect, it } from 'vitest'
import { planGrid } from '../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, type Grid } from '../../src/plan/grid.ts'
import { flopOfProduct } from '../../src/plan/read/work.ts'
import { constantRate, costAtRate, type Rate } from '../../src/simulate/rate.ts'
import { simulate } from '../../src/simulate/simulate.ts'

const grid: Grid = {
  model: { widths: [16, 16, 16], activation: 'relu', loss: 'mse' },
  optimizer: 'sgd',
  batch: 64,
  dp: 1,
  pp: 2,
  microbatches: 64,
  schedule: '1f1b',
  reduction: 'owner',
  ...GRID_DEFAULTS,
}

/** 1 GFLOP/s, but products of less than four samples take as long as those of four. */
const BY_SIZE: Rate = {
  ...constantRate(1, Infinity),
  productNs: ({ form, m, n, k }) =>
    form === 'weight'
      ? flopOfProduct({ form, m, n, k: Math.max(4, k) })
      : flopOfProduct({ form, m: Math.max(4, m), n, k }),
  includesUpdates: true,
}

const stepOf = (of: Grid, rate: Rate): number => {
  const plan = planGrid(of)
  return simulate(plan, costAtRate(plan, rate)).duration
}

describe('the time of instructions at a rate', () => {
  it('depends on the size of products, so that very small microbatches do not pay', () => {
    const serial = { ...grid, pp: 1, microbatches: 1 }
    const speedup = (rate: Rate) => stepOf(serial, rate) / stepOf(grid, rate)
    expect(speedup(constantRate(1, Infinity))).toBeGreaterThan(1.5)
    expect(speedup(BY_SIZE)).toBeLessThan(0.6)
  })

  it('counts an update that is part of a product once', () => {
    const plan = planGrid({ ...grid, pp: 1, microbatches: 1 })
    const [program] = plan.programs
    const updates = program.flatMap(({ op }, index) => (op === 'update' ? [index] : []))
    const times = (rate: Rate) => updates.map((index) => costAtRate(plan, rate)(program[index], 0, index))
    expect(updates).toHaveLength(2)
    // 17 rows of 16 floats, read and written at a byte per nanosecond.
    expect(times(constantRate(1, 1))).toEqual([2176, 2176])
    expect(times({ ...BY_SIZE, gigabytesPerSecond: 1 })).toEqual([0, 0])
  })

  it('has a share that every instruction takes, signals too', () => {
    const plan = planGrid(grid)
    const at = (instructionNs: number) => costAtRate(plan, { ...BY_SIZE, instructionNs })
    plan.programs.forEach((program, rank) => {
      program.forEach((instruction, index) => {
        expect(at(100)(instruction, rank, index) - at(0)(instruction, rank, index)).toBe(100)
      })
    })
  })
})
