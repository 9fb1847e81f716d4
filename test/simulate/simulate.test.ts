import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGrid } from '../../src/plan/build/programs.ts'
import { bytesHandedOver } from '../../src/plan/read/bytes.ts'
import { isSignal } from '../../src/plan/effects.ts'
import { flopOf } from '../../src/plan/read/work.ts'
import { GRID_DEFAULTS, type Grid } from '../../src/plan/grid.ts'
import { handoffCosts, FREE, type HandoffCosts } from '../../src/simulate/handoff.ts'
import { outlookOf } from '../../src/simulate/outlook.ts'
import { constantRate, costAtRate } from '../../src/simulate/rate.ts'
import { shapeOf } from '../../src/simulate/shape.ts'
import { simulate, type Cost } from '../../src/simulate/simulate.ts'
import { anyGrid } from '../plan/arbitrary.ts'

const grid: Grid = {
  model: { widths: [8, 8, 8, 8, 8], activation: 'relu', loss: 'mse' },
  optimizer: 'sgd',
  batch: 16,
  dp: 1,
  pp: 4,
  microbatches: 1,
  schedule: 'gpipe',
  reduction: 'owner',
  ...GRID_DEFAULTS,
}

/** Everything that is not a signal takes as long. */
const unit: Cost = (instruction) => (isSignal(instruction) ? 0 : 1)
const free: HandoffCosts = { signal: () => 0, round: () => 0, read: () => 0 }

describe('a simulated step', () => {
  it('takes a latency for each handoff of one batch through the stages and back, and for the barrier', () => {
    const plan = planGrid(grid)
    const latency = 100
    const { duration } = simulate(plan, unit)
    const late = simulate(plan, unit, undefined, { ...free, signal: () => latency })
    // Three boundaries forward, three backward; the last stage to end is the first.
    expect(late.duration - duration).toBe(6 * latency)
    const slow = simulate(plan, unit, undefined, { ...free, round: () => latency })
    expect(slow.duration - duration).toBe(2 * latency)
  })

  it('lets a rank go on as soon as a publish that it awaits begins', () => {
    const plan = planGrid(grid)
    const { duration } = simulate(plan, unit)
    const publishing: Cost = (instruction, ...at) => (instruction.op === 'publish' ? 0.25 : unit(instruction, ...at))
    // It delays the publisher alone, which here waits afterwards, or ends before the others.
    expect(simulate(plan, publishing).duration).toBe(duration)
  })

  it('lets the reader pay for the bytes that others have written, all of them once', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        let bytes = 0
        const counting: HandoffCosts = {
          ...free,
          read: (each, from, to) => {
            expect(from).not.toBe(to)
            bytes += each
            return each
          },
        }
        const { reading } = simulate(plan, unit, undefined, counting)
        expect(bytes).toBe(bytesHandedOver(plan))
        expect(reading).toBe(bytes)
      }),
    )
  })

  it('is never shorter than the work of any rank, nor than it would be if handoffs were free', () => {
    fc.assert(
      fc.property(anyGrid, fc.integer({ min: 0, max: 5 }), (any, latency) => {
        const plan = planGrid(any)
        const work = plan.programs.map((program, rank) =>
          program.reduce((sum, instruction, index) => sum + unit(instruction, rank, index), 0),
        )
        const { duration, idle } = simulate(plan, unit)
        expect(duration).toBeGreaterThanOrEqual(Math.max(...work))
        expect(idle).toEqual(work.map((each) => duration - each))
        const handed = simulate(plan, unit, undefined, {
          ...free,
          signal: () => latency,
          round: () => latency,
        })
        expect(handed.duration).toBeGreaterThanOrEqual(duration)
      }),
    )
  })

  it('tells of every instruction once, each beginning where the one before has ended', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const ends = plan.programs.map(() => 0)
        const next = plan.programs.map(() => 0)
        const { duration } = simulate(plan, unit, (rank, index, from, to) => {
          expect([index, from]).toEqual([next[rank]++, ends[rank]])
          ends[rank] = to
        })
        expect(next).toEqual(plan.programs.map(({ length }) => length))
        expect(Math.max(...ends)).toBe(duration)
      }),
    )
  })
})

describe('a handoff in a cluster', () => {
  const within = { latencyNs: 1, gigabytesPerSecond: 10 }
  const between = { latencyNs: 1000, gigabytesPerSecond: 2 }

  it('costs more between machines, which hold neighbouring ranks', () => {
    const { signal, read } = handoffCosts({ ranks: 6, machines: 2, within, between })
    expect([signal(0, 2, 0), signal(2, 3, 0), signal(5, 3, 0)]).toEqual([1, 1000, 1])
    expect([read(100, 0, 1, 0), read(100, 3, 2, 0)]).toEqual([10, 50])
  })

  it('is free where links are', () => {
    const plan = planGrid(grid)
    const handoff = handoffCosts({ ranks: 4, machines: 4, within: FREE, between: FREE })
    expect(simulate(plan, unit, undefined, handoff)).toEqual({ ...simulate(plan, unit), reading: 0 })
  })
})

describe('an outlook', () => {
  it('divides all ranks’ time into four shares', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const cost = costAtRate(plan, constantRate(2, 20))
        const handoff = handoffCosts({
          ranks: plan.programs.length,
          machines: 1,
          within: { latencyNs: 50, gigabytesPerSecond: 5 },
          between: FREE,
        })
        const serial = planGrid({ ...any, dp: 1, pp: 1, tp: 1, chunks: 1, microbatches: 1 })
        const step = simulate(serial, costAtRate(serial, constantRate(2, 20))).duration
        const outlook = outlookOf(plan, cost, handoff, step)
        const { efficiency, moreWork, waiting } = outlook
        expect(efficiency + moreWork + waiting + outlook.handoff).toBeCloseTo(1, 9)
        expect(outlook.speedup).toBeCloseTo(efficiency * plan.programs.length, 9)
      }),
    )
  })
})

describe('the shape of an instruction', () => {
  it('is that of everything that takes time of its own, and of no signal', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        plan.programs.forEach((program, rank) => {
          program.forEach((instruction, index) => {
            const shape = shapeOf(plan, rank, index)
            if (isSignal(instruction)) expect(shape).toBeUndefined()
            else if (instruction.op !== 'update') {
              expect(shape?.name).toMatch(new RegExp(`^${instruction.op} `))
              expect(shape?.flop).toBe(flopOf(plan, instruction))
            }
          })
        })
      }),
    )
  })

  it('is the same on both stages of equal layers, and another for another size', () => {
    const [first, second] = [1, 2].map((rank) => {
      const plan = planGrid(grid)
      const index = plan.programs[rank].findIndex(({ op }) => op === 'forward')
      return shapeOf(plan, rank, index)
    })
    expect(first).toEqual({ name: 'forward 16x8x8 relu', flop: 2 * 16 * 8 * 8 })
    expect(second).toEqual(first)
  })
})
