import { describe, expect, it } from 'vitest'
import { legend, notes } from '../../../src/report/compare/sentences.ts'
import { narrowLines, wideTable } from '../../../src/report/compare/table.ts'
import { boxedTable } from '../../../src/report/text/text-table.ts'
import { widthOf } from '../../../src/report/text/wrap.ts'
import { comparisonOf, serials, BLOCKS, times, split, openRuns } from './made-up.ts'

const run = openRuns('compare-table-')

const textsOf = (line: string) => {
  const [, ...texts] = line.split('│').map((text) => text.trim())
  return texts.slice(0, -1)
}

describe('the table', () => {
  it('has each run’s step and speed-up, the ratio with its interval, marks, and who is above the limit', () => {
    const comparison = comparisonOf(
      [
        run([...serials(BLOCKS), split(times(0.5), 2)]),
        run([...serials(times(1.2), { kernel: 'fma256' }), split(times(0.5), 2)]),
      ],
      0.05,
    )
    const lines = boxedTable(wideTable(comparison)).split('\n')
    expect(textsOf(lines[1])).toEqual(['cell', 'step A', 'step B', 'B / A', 'speed-up A', 'speed-up B', 'marks', 'above 5 %']) // prettier-ignore
    const serial = textsOf(lines[3])
    expect(serial.slice(0, 3)).toEqual(['serial-1', '102.0 µs', '122.4 µs'])
    expect(serial[3]).toMatch(/^1\.200 \[1\.1\d\d, 1\.2\d\d\] +slower$/)
    expect(serial.slice(6)).toEqual(['kernel', 'B'])
    const tensor = textsOf(lines[4])
    expect(tensor[3]).toMatch(/^1\.000 \[0\.9\d\d, 1\.0\d\d\] +equal$/)
    expect(tensor.slice(4)).toEqual(['2.00 [1.90, 2.10]', '2.00 [1.90, 2.10]', '', ''])
  })

  it('says beside it what the marks mean, what the noise is or that it is not known, and what is left out and why', () => {
    const comparison = comparisonOf([
      run([...serials(BLOCKS), split(BLOCKS, 1), { cell: 'layer-2', blocks: BLOCKS }]),
      run([
        { cell: 'serial-1', blocks: times(1).slice(2), fields: { kernel: 'fma256' } },
        split(BLOCKS, 1, { batch: 32 }),
      ]),
    ])
    const lines = notes(comparison)
    expect(legend(comparison.runs)).toEqual([
      expect.stringMatching(/^A: made up, Node 20\.0, fma, noise 1\.0 %: .*run-\d+$/),
      expect.stringMatching(/^B: made up, Node 20\.0, fma256, fma, noise unknown: .*run-\d+$/),
    ])
    expect(lines).toContain('warning: B has cells of only 3 blocks; below 6, intervals assume normal noise')
    expect(lines).toContain('marked kernel: fma256 in B, fma in A')
    expect(lines).toContain('refused in B, batch 32, in A 64: tensor-2')
    expect(lines).toContain('not in B: layer-2')
  })
})

describe('the table for a terminal', () => {
  const wide = 'w'.repeat(40)
  const paths = [1, 1.2, 1].map((factor) =>
    run([...serials(times(factor)), { cell: wide, blocks: times(factor), fields: { layers: '784-256-256-10' } }]),
  )

  it('has each run’s step and the ratio, under headings that name experiment, model and batch', () => {
    const lines = narrowLines(comparisonOf(paths.slice(0, 2)), 80)
    expect(lines[0].trim().split(/ {2,}/)).toEqual(['cell', 'step A', 'step B', 'B / A'])
    expect(lines.slice(1, 3)).toEqual(['', 'scaling, 8-4-2, batch 64'])
    expect(lines[3]).toMatch(/^serial-1 +102\.0 µs {2}122\.4 µs {2}1\.200 \[1\.1\d\d, 1\.2\d\d\] +slower$/)
    expect(lines[5]).toBe('scaling, 784-256×2-10, batch 64')
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80)
  })

  it('leaves out the intervals and then the steps where they do not fit', () => {
    const comparison = comparisonOf(paths)
    const heads = [200, 80, 50].map((width) => {
      const lines = narrowLines(comparison, width)
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width)
      return [lines[0].includes('step C'), lines.some((line) => line.includes('['))]
    })
    expect(heads).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ])
  })
})
