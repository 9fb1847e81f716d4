import { expect, it } from 'vitest'
import { memory } from '../../bench/memory.ts'
import { experimentOf } from './made-up.ts'

const concluded = (...words: readonly string[]) =>
  experimentOf(memory, '--layers', '20-18-16-10', ...words).conclude([])

it('memory names the cell that needs least, and what replicas save', () => {
  const [least, replicas] = concluded('--threads', '1,2')
  expect(least).toMatch(/^One thread needs 0\.\d\d MiB; \S+-2 needs least per thread, 0\.\d\d MiB/)
  expect(replicas).toMatch(/^Replicas save activations only: data-direct-2 still needs/)
})

it('memory says nothing of replicas where there are none, nor of a split that is not smaller', () => {
  expect(concluded('--threads', '2', '--modes', 'layer')).toHaveLength(1)
  expect(concluded('--threads', '1')).toEqual([expect.stringMatching(/^One thread needs/)])
})
