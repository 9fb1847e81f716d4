import { describe, expect, it } from 'vitest'
import { PlanError } from '../../src/plan/plan.ts'
import { smallCell } from '../runtime/cells.ts'

describe('a cell', () => {
  it('has as many programs as threads, and a grid whose product is that number', () => {
    for (const mode of ['serial', 'data', 'layer', 'pipeline'] as const) {
      const threads = mode === 'serial' ? 1 : 3
      const { grid, plan } = smallCell(mode, { threads })
      expect(plan.programs).toHaveLength(threads)
      expect([grid.dp, grid.pp]).toEqual(mode === 'data' ? [3, 1] : [1, threads])
    }
  })

  it('has a name that tells it from every other cell of a run, and that any file system takes', () => {
    const names: string[] = [smallCell('serial').name]
    for (const threads of [1, 2, 4]) {
      names.push(smallCell('layer', { threads }).name)
      for (const reduction of ['gather', 'direct'] as const) names.push(smallCell('data', { threads, reduction }).name)
      for (const schedule of ['gpipe', '1f1b'] as const) names.push(smallCell('pipeline', { threads, schedule }).name)
    }
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/)
    expect(names).toContain('pipeline-1f1b-4')
    expect(names).toContain('data-gather-2')
  })

  it('that is not possible is refused with the reason', () => {
    expect(() => smallCell('layer', { threads: 5 })).toThrow(
      new PlanError('5 stages need at least 5 layers; the model has 4'),
    )
    expect(() => smallCell('data', { threads: 49 })).toThrow(PlanError)
    expect(() => smallCell('pipeline', { threads: 2, microbatches: 49 })).toThrow(PlanError)
  })
})
