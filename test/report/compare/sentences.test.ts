import { describe, expect, it } from 'vitest'
import { environmentDifferences } from '../../../src/report/compare/environment.ts'
import { conclude, notes } from '../../../src/report/compare/sentences.ts'
import { comparisonOf, serials, BLOCKS, times, split, openRuns } from './made-up.ts'

const run = openRuns('compare-sentences-')

const concluded = (paths: readonly string[]) => {
  const comparison = comparisonOf(paths)
  return conclude(comparison, environmentDifferences(comparison.runs))
}

describe('the sentences that end a comparison', () => {
  it('say of a run and itself that they are equal', () => {
    const path = run([...serials(BLOCKS), split(times(0.5), 2)])
    expect(concluded([path, path])).toEqual([
      'Of 2 cells: 2 equal within 3 %.',
      'The largest speed-up in A is that of tensor-2: 2.00 [1.90, 2.10] times as fast as its serial; it is 2.00 [1.90, 2.10] in B (not shown to differ).',
      'No difference between the machines and programs is known.',
    ])
  })

  it('say what differs, by how much, and what may be the cause', () => {
    const simd = { kernel: 'simd', arithmetic: 'f32' }
    const first = run([...serials(BLOCKS), split(times(0.6), 1.6)])
    const other = run([...serials(times(1.4), simd), split(times(0.5), 1.9, simd)])
    expect(concluded([first, other])).toEqual([
      'B is slower than A in 1 of 2 cells: 1.400 (serial-1) times the step. B is faster than A in 1 of 2 cells: 0.833 (tensor-2) times the step.',
      'The largest speed-up in A is that of tensor-2: 1.60 [1.50, 1.70] times as fast as its serial; it is 1.90 [1.80, 2.00] in B (more).',
      'Machines and programs differ in kernel, arithmetic. This comparison cannot tell which of these makes the difference.',
    ])
  })

  it('say what is not known, and how many blocks would tell', () => {
    const first = run([...serials([100, 101]), split([50, 51], 2)])
    const other = run([...serials([150, 190]), split([50, 51], 2)])
    expect(concluded([first, other])[0]).toMatch(
      /^Whether B differs from A is known in none of 2 cells\. About \d+ blocks in each run would tell/,
    )
    const same = run([...serials(times(1)), split([50e3, 55e3, 60e3, 65e3, 70e3], 2)])
    expect(concluded([same, same])[0]).toMatch(
      /^Of 2 cells: 1 equal within 3 %, 1 not known\. About \d+ blocks in each run would tell\.$/,
    )
  })

  it('claim nothing of runs of a single block, however far apart they are', () => {
    const first = run([...serials([100]), split([50], 2)])
    const other = run([...serials([5200]), split([4100], 2)])
    expect(concluded([first, other])[0]).toBe('Whether B differs from A is known in none of 2 cells.')
    expect(notes(comparisonOf([first, other]))).toContain(
      'warning: B has cells of a single block, which shows no difference',
    )
  })

  it('say so if nothing can be compared', () => {
    expect(concluded([run(serials(BLOCKS)), run(serials(BLOCKS, { batch: 32 }))])[0]).toBe(
      'Nothing in B can be compared with A.',
    )
  })
})
