import { describe, expect, it } from 'vitest'
import { rowOf } from '../../../src/cells/columns.ts'
import { COMPARISON_COLUMNS, sidesOf } from '../../../src/report/compare/rows.ts'
import { comparisonOf, serials, BLOCKS, times, split, openRuns } from './made-up.ts'

const run = openRuns('compare-rows-')

describe('the rows of a comparison', () => {
  it('are one per cell and run, with every column, and a status and a reason where there is no ratio', () => {
    const comparison = comparisonOf(
      [run([...serials(BLOCKS), split(BLOCKS, 1)]), run(serials(times(1.2), { kernel: 'fma256' }))],
      0.05,
    )
    const rows = sidesOf(comparison).map((side) => rowOf(COMPARISON_COLUMNS, side))
    expect(rows).toMatchObject([
      { cell: 'serial-1', run: 'A', status: 'first', median_ns: 102e3, ratio: undefined },
      {
        cell: 'serial-1',
        run: 'B',
        status: 'compared',
        p_corrected: expect.closeTo(0, 3),
        verdict: 'slower',
        differs: true,
        marks: 'kernel',
        above_limit: true,
        blocks: 5,
      },
      { cell: 'tensor-2', run: 'A', status: 'first', speedup: 1 },
      { cell: 'tensor-2', run: 'B', status: 'missing', reason: 'not in B', blocks: 0, median_ns: undefined },
    ])
  })
})
