import { expect, it } from 'vitest'
import { fastestOf } from '../../src/measure/fastest.ts'
import type { Sound } from '../../src/measure/outcome.ts'
import { outcomeOf, replicas, shared, tensor } from '../report/text/outcomes.ts'

const spread = [1, 1.1, 0.92, 1.05, 0.97, 1.03]
const soundly = (cell: Sound['cell'], speedup: number, blocks?: readonly number[]) =>
  outcomeOf(cell, speedup, blocks && { blocks }) as Sound
const namesOf = (...cells: readonly Sound[]) => fastestOf(cells).map(({ cell }) => cell.name)

const clear = [soundly(replicas.cell, 1.6), soundly(tensor.cell, 1.9), soundly(shared.cell, 1.8)]

it('only the fastest, where the others are shown to be slower', () => {
  expect(namesOf(...clear)).toEqual(['tensor-2'])
  expect(namesOf(clear[0])).toEqual(['data-direct-2'])
  expect(namesOf()).toEqual([])
})

it('all that cannot be told from it, the one with the shortest step first', () => {
  expect(namesOf(soundly(shared.cell, 1.8, spread), ...clear.slice(0, 2))).toEqual(['tensor-2', 'data-owner-2'])
})

it('compares within blocks: what disturbs a block alike does not hide a difference', () => {
  const drifting = clear.map(({ cell, summary }) => soundly(cell, summary.speedup!, [1, 3, 2, 5, 4, 6]))
  expect(namesOf(...drifting)).toEqual(['tensor-2'])
})

it('all of them, where there is one block', () => {
  const once = clear.map(({ cell, summary }) => soundly(cell, summary.speedup!, [1]))
  expect(namesOf(...once)).toEqual(['tensor-2', 'data-owner-2', 'data-direct-2'])
})
