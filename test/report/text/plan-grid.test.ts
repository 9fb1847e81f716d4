import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGrid } from '../../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, type Grid } from '../../../src/plan/grid.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { gridDuration, PLAN_GRID_LEGEND, planGridLines } from '../../../src/report/text/plan-grid.ts'
import { wrapped } from '../../../src/report/text/wrap.ts'
import { anyGrid } from '../../plan/arbitrary.ts'

const grid: Grid = {
  model: { widths: [64, 64, 64, 64, 64], activation: 'relu', loss: 'cross-entropy' },
  optimizer: 'sgd',
  batch: 16,
  dp: 1,
  pp: 2,
  microbatches: 1,
  schedule: 'gpipe',
  reduction: 'direct',
  ...GRID_DEFAULTS,
}

const isRank = (line: string): boolean => line.startsWith('rank')
/** The strips of the ranks, without their names. */
const timelines = (change: Partial<Grid>): string[] =>
  planGridLines(planGrid({ ...grid, ...change }))
    .filter(isRank)
    .map((line) => line.replace(/^rank +\d+ /, ''))

describe('the grid of a plan', () => {
  it('has a line per rank, numbered in order, all of the same width', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const lines = planGridLines(plan).filter(isRank)
        expect(lines.map((line) => Number(/^rank +(\d+) /.exec(line)?.[1]))).toEqual([...plan.programs.keys()])
        expect(new Set(lines.map((line) => line.length)).size).toBe(1)
      }),
    )
  })

  it('fits the width, of 80 characters or as told, with its time axis', () => {
    fc.assert(
      fc.property(anyGrid, fc.constantFrom(80, 100, 120), (any, width) => {
        const lines = planGridLines(planGrid(any), width)
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
        expect(lines.at(-1)).toMatch(/^time +0 /)
      }),
    )
  })

  it('has the scale of the longest plan, so that half the time is half as long', () => {
    const [serial, half] = [{ pp: 1 }, { pp: 1, dp: 2 }].map((change) => planGrid({ ...grid, ...change }))
    const longest = gridDuration(serial)
    const strip = (plan: Plan) => planGridLines(plan, 120, longest)[0].slice('rank 0 '.length)
    expect(strip(serial)).toHaveLength(120 - 'rank 0 '.length)
    expect(strip(half).length / strip(serial).length).toBeGreaterThan(0.48)
    expect(strip(half).length / strip(serial).length).toBeLessThan(0.6)
    const [axis, other] = [serial, half].map((plan) => planGridLines(plan, 120, longest).at(-1))
    expect(axis).toBe(other)
  })

  it('has no part of a microbatch’s number: all of it, or the letter alone', () => {
    for (const line of timelines({ batch: 64, microbatches: 64, schedule: '1f1b' }))
      for (const [, number] of line.matchAll(/[FBIW](\d+)/g)) expect(Number(number)).toBeLessThan(10)
  })

  it('has a legend that fits 80 columns', () => {
    for (const line of wrapped(PLAN_GRID_LEGEND, 80)) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('begins no line’s forward of a microbatch behind its backward', () => {
    for (const schedule of ['gpipe', '1f1b', 'interleaved', 'zero-bubble'] as const) {
      for (const line of timelines({ schedule, microbatches: 4 })) {
        for (let k = 0; k < 4; k++) {
          const forward = line.indexOf(`F${k}`)
          const backward = line.search(new RegExp(`[BI]${k}`))
          expect(forward, `${schedule}: ${line}`).toBeGreaterThanOrEqual(0)
          expect(forward, `${schedule}: ${line}`).toBeLessThan(backward)
        }
      }
    }
  })

  it('shows that each of two ranks with layers waits for the other, and the second ends before the first', () => {
    const [first, second] = timelines({})
    expect(first).toMatch(/^F0─+·+B0─+/)
    expect(second).toMatch(/^·+F0─+.*B0─+.*·+$/)
    expect(first.lastIndexOf('·')).toBeLessThan(second.lastIndexOf('·'))
  })

  it('has no waiting where there is nobody to wait for', () => {
    const [serial] = timelines({ pp: 1 })
    expect(serial).not.toContain('·')
  })

  it('tells the gradient of the input from that of the weights only where a schedule does', () => {
    for (const schedule of ['gpipe', '1f1b', 'interleaved'] as const) {
      const all = timelines({ schedule, microbatches: 2 }).join('')
      expect(all).toMatch(/B0/)
      expect(all).not.toMatch(/[IW]\d/)
    }
    const split = timelines({ schedule: 'zero-bubble', microbatches: 2 }).join('')
    expect(split).toMatch(/I0.*W0/)
    expect(split).not.toMatch(/B\d/)
  })

  it('shows additions of gradients, updates, packing and messages where there are any', () => {
    const [serial] = timelines({ pp: 1 })
    expect(serial).not.toMatch(/[RPH]/)
    expect(serial).toContain('U')
    for (const line of timelines({ dp: 2, pp: 1 })) expect(line).toContain('R')
    expect(timelines({ microbatches: 2 }).join('')).toContain('P')
    for (const line of timelines({ handoff: 'clone' })) expect(line).toContain('H')
  })
})
