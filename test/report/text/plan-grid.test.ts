import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGrid } from '../../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, type Grid } from '../../../src/plan/grid.ts'
import { planGridLines } from '../../../src/report/text/plan-grid.ts'
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

/** What a rank does, without its name. */
const timeline = (line: string): string => line.replace(/^rank +\d+ /, '')
const timelines = (change: Partial<Grid>): string[] =>
  planGridLines(planGrid({ ...grid, ...change })).map(timeline)

describe('the grid of a plan', () => {
  it('has a line per rank, numbered in order, all of the same width', () => {
    fc.assert(
      fc.property(anyGrid, (any) => {
        const plan = planGrid(any)
        const lines = planGridLines(plan)
        expect(lines.map((line) => Number(/^rank +(\d+) /.exec(line)?.[1]))).toEqual([
          ...plan.programs.keys(),
        ])
        expect(new Set(lines.map((line) => line.length)).size).toBe(1)
      }),
    )
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
