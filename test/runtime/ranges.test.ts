import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGrid } from '../../src/plan/build/programs.ts'
import { walkWithClocks } from '../../src/plan/check/clocks.ts'
import { isSignal } from '../../src/plan/effects.ts'
import { rangesOf } from '../../src/runtime/ranges.ts'
import { anyGrid } from '../plan/arbitrary.ts'
import { smallCell } from './cells.ts'

const RUNS = { numRuns: 100 }

/** Each range's rank, and what must be over before it. */
const shapes = (cell: ReturnType<typeof smallCell>) =>
  rangesOf(cell.plan).map(({ rank, after }) => [rank, after.toSorted((a, b) => a - b)])

describe('the ranges of a plan', () => {
  it('hold every instruction that is no signal exactly once, in the order of its rank, and no signal', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const plan = planGrid(grid)
        const found = plan.programs.map((): number[] => [])
        for (const { rank, from, to } of rangesOf(plan)) {
          expect(to).toBeGreaterThan(from)
          for (let index = from; index < to; index++) found[rank].push(index)
        }
        const expected = plan.programs.map((program) =>
          program.flatMap((instruction, index) => (isSignal(instruction) ? [] : [index])),
        )
        expect(found).toEqual(expected)
      }),
      RUNS,
    )
  })

  it('begin after exactly what has happened before, whatever the order of the threads', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const plan = planGrid(grid)
        const ranges = rangesOf(plan)
        /** Per range, which ranges are over when it begins. */
        const over = ranges.map(({ after }, number) => {
          expect(after.every((earlier) => earlier < number)).toBe(true)
          return new Uint8Array(ranges.length)
        })
        ranges.forEach(({ after }, number) => {
          for (const earlier of after) {
            over[number][earlier] = 1
            over[earlier].forEach((is, before) => (over[number][before] |= is))
          }
        })
        const numbers = new Map(ranges.map(({ rank, from }, number) => [`${rank} ${from}`, number]))
        const wrong: unknown[] = []
        walkWithClocks(plan, (rank, index, _, clock) => {
          const number = numbers.get(`${rank} ${index}`)
          if (number === undefined) return
          ranges.forEach((other, o) => {
            // A rank's own clock has counted the instruction that begins.
            const known = clock[other.rank] - (other.rank === rank ? 1 : 0)
            const isOver = known >= other.to
            // Nothing of a range is known before all of it.
            if (over[number][o] !== Number(isOver) || !(isOver || known <= other.from)) wrong.push([number, o])
          })
        })
        expect(wrong).toEqual([])
      }),
      RUNS,
    )
  })

  it('are on the main thread where gradients are added, and only there', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const plan = planGrid(grid)
        for (const { rank, from, to, onMain } of rangesOf(plan)) {
          const adds = plan.programs[rank].slice(from, to).map(({ op }) => op === 'reduce')
          expect(new Set(adds)).toEqual(new Set([onMain]))
        }
      }),
      RUNS,
    )
  })

  it('are one for serial, and two of each stage but the last for layers: forth and back', () => {
    expect(shapes(smallCell('serial'))).toEqual([[0, []]])
    expect(shapes(smallCell('layer', { threads: 3 }))).toEqual([
      [0, []],
      [1, [0]],
      [2, [1]],
      [1, [1, 2]],
      [0, [0, 3]],
    ])
  })
})
