import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { environmentDifferences } from '../../../src/report/compare/environment.ts'
import { compareLaws, lawLines } from '../../../src/report/compare/laws.ts'
import { conclude, legend, notes } from '../../../src/report/compare/sentences.ts'
import { rowOf } from '../../../src/cells/columns.ts'
import { COMPARISON_COLUMNS, sidesOf } from '../../../src/report/compare/rows.ts'
import { narrowLines, wideTable } from '../../../src/report/compare/table.ts'
import { boxedTable } from '../../../src/report/text/text-table.ts'
import { widthOf } from '../../../src/report/text/wrap.ts'
import { comparisonOf, makeRun, serials, type MadeUpCell } from './made-up.ts'

const folder = mkdtempSync(join(tmpdir(), 'compare-report-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let made = 0
const run = (cells: readonly MadeUpCell[], more = {}) => makeRun(join(folder, `run-${made++}`), cells, more)

const BLOCKS = [100e3, 101e3, 102e3, 103e3, 104e3]
const times = (factor: number) => BLOCKS.map((ns) => factor * ns)

const split = (blocks: readonly number[], speedup: number, fields = {}): MadeUpCell => ({
  cell: 'tensor-2',
  blocks,
  fields: {
    mode: 'tensor',
    threads: 2,
    speedup,
    speedup_ci_low: speedup - 0.1,
    speedup_ci_high: speedup + 0.1,
    ...fields,
  },
})

const concluded = (paths: readonly string[]) => {
  const comparison = comparisonOf(paths)
  return conclude(comparison, environmentDifferences(comparison.runs))
}

const textsOf = (line: string) => {
  const [, ...texts] = line.split('│').map((text) => text.trim())
  return texts.slice(0, -1)
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

describe('the environment', () => {
  it('is listed only where runs differ', () => {
    const machine = {
      cpu: 'one',
      node: 'v20.0.0',
      memoryBytes: 8 * 2 ** 30,
      operatingSystem: { name: 'Debian 12', kernel: '6.1' },
      execArgv: [],
      git: { commit: 'abc', dirty: false },
      loadBefore: [0.5, 0, 0],
      loadAfter: [2, 0, 0],
    }
    const other = {
      ...machine,
      cpu: 'two',
      memoryBytes: 16 * 2 ** 30,
      operatingSystem: { name: 'Debian 12', kernel: '6.2' },
      execArgv: ['--no-opt'],
      git: { commit: 'abc', dirty: true },
      loadBefore: null,
    }
    const { runs } = comparisonOf([
      run(serials(BLOCKS), { machine }),
      run(serials(BLOCKS, { kernel: 'fma256' }), { machine: other }),
    ])
    expect(environmentDifferences(runs)).toEqual([
      { name: 'CPU', values: ['one', 'two'] },
      { name: 'memory', values: ['8.0 GiB', '16.0 GiB'] },
      { name: 'system kernel', values: ['6.1', '6.2'] },
      { name: 'flags', values: ['none', '--no-opt'] },
      { name: 'kernel', values: ['fma', 'fma256'] },
      { name: 'commit', values: ['abc', 'abc, changed'] },
      { name: 'load', values: ['0.5 before, 2.0 after', 'unknown before, 2.0 after'] },
    ])
  })
})

/** A row of laws.csv. */
const law = (value: number | '', more = {}) => ({
  experiment: 'scaling',
  series: 'tensor',
  law: 'amdahl',
  parameter: 'sigma',
  value,
  ci_low: value === '' ? '' : value - 0.01,
  ci_high: value === '' ? '' : value + 0.01,
  status: value === '' ? 'refused' : 'ok',
  ...more,
})

describe('the parameters of scaling laws', () => {
  it('stand side by side, and differ if their intervals are apart', () => {
    const comparison = comparisonOf([
      run(serials(BLOCKS), { laws: [law(0.1)] }),
      run(serials(BLOCKS), { laws: [law(0.115)] }),
      run(serials(BLOCKS), { laws: [law(0.2)] }),
    ])
    const [parameter] = compareLaws(comparison)
    expect(parameter).toMatchObject({
      series: 'tensor',
      law: 'amdahl',
      parameter: 'sigma',
      differs: [false, true],
    })
    expect(lawLines(comparison)).toEqual([
      'scaling, tensor: amdahl sigma 0.1 [0.09, 0.11] in A, 0.115 [0.105, 0.125] in B, 0.2 [0.19, 0.21] in C (differs)',
    ])
  })

  it('are left out of runs whose cells are refused, and missing where a run has none', () => {
    const comparison = comparisonOf([
      run(serials(BLOCKS), { laws: [law(0.1)] }),
      run(serials(BLOCKS, { batch: 32 }), { laws: [law(0.2)] }),
      run(serials(BLOCKS)),
    ])
    expect(compareLaws(comparison)[0]).toMatchObject({
      values: [{ value: 0.1 }, undefined, undefined],
      differs: [undefined, undefined],
    })
  })

  it('give the reason where none could be fitted', () => {
    const comparison = comparisonOf([
      run(serials(BLOCKS), { laws: [law('', { reason: 'too few distinct counts' })] }),
      run(serials(BLOCKS)),
    ])
    expect(lawLines(comparison)).toEqual(['A: no scaling law could be fitted: too few distinct counts'])
  })
})

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
