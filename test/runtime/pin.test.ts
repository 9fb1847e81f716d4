import { expect, it } from 'vitest'
import { oneThreadOfEachCoreFirst } from '../../src/runtime/pin.ts'

/** Two cores of two threads each, as Linux lists the threads of a core. */
const HALVES: Readonly<Record<number, string>> = { 0: '0,2', 1: '1,3', 2: '0,2', 3: '1,3' }
const NEIGHBOURS: Readonly<Record<number, string>> = { 0: '0-1', 1: '0-1', 2: '2-3', 3: '2-3' }

it.each([
  ['threads numbered half by half', HALVES, [0, 1, 2, 3], [0, 1, 2, 3]],
  ['threads numbered core by core', NEIGHBOURS, [0, 1, 2, 3], [0, 2, 1, 3]],
  ['a part of the cores allowed', NEIGHBOURS, [1, 2, 3], [1, 2, 3]],
  ['a part allowed that begins with both threads of a core', NEIGHBOURS, [0, 1, 3], [0, 3, 1]],
  ['both threads of one core allowed', HALVES, [0, 2], [0, 2]],
  ['cores of one thread', { 0: '0', 1: '1', 2: '2' }, [0, 1, 2], [0, 1, 2]],
  [
    'four threads per core',
    { 0: '0-3', 1: '0-3', 2: '0-3', 3: '0-3', 4: '4-7', 5: '4-7' },
    [0, 1, 2, 3, 4, 5],
    [0, 4, 1, 5, 2, 3],
  ],
  ['cores that the system does not tell', {}, [0, 1, 2, 3], [0, 1, 2, 3]],
  ['one core that it does not tell', { 0: '0-1', 1: '0-1', 2: '2-3' }, [0, 1, 2, 3], [0, 1, 2, 3]],
  ['no core known at all', {}, [], []],
] as const)('ranks are bound to one thread of each core first: %s', (_, cores, allowed, bound) => {
  const coreOf = (cpu: number) => (cores as Readonly<Record<number, string>>)[cpu]
  expect(oneThreadOfEachCoreFirst(allowed, coreOf)).toEqual(bound)
})
