import { describe, expect, it } from 'vitest'
import { blocksOf, expectedSeconds, FEWEST_SESSIONS, isOverBudget, progressOf } from '../../src/measure/effort.ts'
import { smallCell } from '../runtime/cells.ts'

const EFFORT = { seed: 1, steps: undefined, blocks: undefined, precision: 0.02, budget: 55, quick: false, pin: false }
const CELLS = 16
const now = () => performance.now()

describe('the blocks of a group', () => {
  it('are at least six, unless another number was asked for', () => {
    expect(blocksOf(EFFORT, CELLS)).toMatchObject({ fewest: FEWEST_SESSIONS, precision: 0.02, budgetSeconds: 55 })
    expect(blocksOf({ ...EFFORT, blocks: 3 }, CELLS)).toMatchObject({ fewest: 3, most: 3, precision: undefined })
  })

  it('have shorter visits the more cells there are, within limits', () => {
    const visits = [1, 16, 64, 1000].map((cells) => blocksOf(EFFORT, cells).visitMs)
    expect(visits.toSorted((a, b) => b - a)).toEqual(visits)
    expect(visits[0]).toBeLessThanOrEqual(400)
    expect(visits[3]).toBeGreaterThanOrEqual(20)
    expect(blocksOf({ ...EFFORT, quick: true, blocks: 3 }, 1).visitMs).toBe(25)
  })
})

describe('a budget', () => {
  const blocks = blocksOf(EFFORT, CELLS)

  it('is spent when another block would end after it', () => {
    expect(isOverBudget(blocks, { begun: now() - 40_000, longestMs: 10_000, known: 0 })).toBe(false)
    expect(isOverBudget(blocks, { begun: now() - 50_000, longestMs: 10_000, known: 0 })).toBe(true)
  })

  it('is never spent where the number of blocks is fixed', () => {
    const fixed = blocksOf({ ...EFFORT, blocks: 3 }, CELLS)
    expect(isOverBudget(fixed, { begun: now() - 1e9, longestMs: 1e6, known: 0 })).toBe(false)
  })

  it('tells how long is left; a fixed number of blocks takes as long as those before', () => {
    const { leftMs } = progressOf(blocks, { begun: now() - 40_000, longestMs: 0, known: 0 }, 3, 8, CELLS)
    expect(leftMs).toBeCloseTo(15_000, -3)
    const fixed = blocksOf({ ...EFFORT, blocks: 4 }, CELLS)
    const half = progressOf(fixed, { begun: now() - 8000, longestMs: 0, known: 0 }, 1, CELLS, CELLS)
    expect(half.leftMs).toBeCloseTo(8000, -3)
    // Of four blocks, two were measured before the run was killed, so one is half of what is left.
    const resumed = progressOf(fixed, { begun: now() - 4000, longestMs: 0, known: 2 }, 3, 0, CELLS)
    expect(resumed.leftMs).toBeCloseTo(4000, -3)
  })
})

it('a run is expected to take its budget, or what its blocks take, and longer on a slower kernel', () => {
  const cells = Array<ReturnType<typeof smallCell>>(CELLS).fill(smallCell('serial'))
  const usual = expectedSeconds(cells, EFFORT, 50, 2)
  expect(usual).toBeGreaterThan(55)
  expect(usual).toBeLessThan(65)
  const fixed = (blocks: number, gflops: number) =>
    expectedSeconds(cells, { ...EFFORT, blocks, quick: true }, gflops, 2)
  expect(fixed(6, 50)).toBeGreaterThan(1.5 * fixed(3, 50))
  expect(fixed(3, 0.0001)).toBeGreaterThan(2 * fixed(3, 50))
})
