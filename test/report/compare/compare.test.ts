import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { onlyCells } from '../../../src/report/compare/compare.ts'
import { readRun } from '../../../src/report/compare/run.ts'
import { comparisonOf, makeRun, serials, type MadeUpCell } from './made-up.ts'

const folder = mkdtempSync(join(tmpdir(), 'compare-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let made = 0
const run = (cells: readonly MadeUpCell[], more = {}) => makeRun(join(folder, `run-${made++}`), cells, more)

const BLOCKS = [100, 101, 102, 103, 104, 105]
const times = (factor: number) => BLOCKS.map((ns) => factor * ns)
const steady = (ns: number) => BLOCKS.map(() => ns)

/** What comes of a single cell in two runs. */
function against(
  first: Omit<MadeUpCell, 'cell'>,
  other: Omit<MadeUpCell, 'cell'>,
  cell = 'serial-1',
): ReturnType<typeof comparisonOf>['cells'][number]['against'][number] {
  const [found] = comparisonOf([run([{ cell, ...first }]), run([{ cell, ...other }])]).cells
  return found.against[0]
}

const weak = (batch: number): MadeUpCell => ({
  cell: 'serial-1',
  blocks: times(batch / 64),
  fields: { experiment: 'weak', batch },
})

describe('a cell in two runs', () => {
  it('differs if its interval excludes 1', () => {
    const [cell] = comparisonOf([run(serials(BLOCKS)), run(serials(times(1.2)))]).cells
    expect(cell.against[0]).toMatchObject({
      kind: 'compared',
      ratio: expect.closeTo(1.2, 10),
      noise: expect.closeTo(0.01, 10),
      verdict: 'slower',
      marks: [],
    })
  })

  it('is shown to be equal if its interval lies within 3 % of 1, and is not known if it holds 1 otherwise', () => {
    expect(against({ blocks: steady(100) }, { blocks: steady(100) })).toMatchObject({ ratio: 1, verdict: 'equal' })
    const found = against({ blocks: [100, 300, 100, 100, 300, 100] }, { blocks: [100, 300, 300, 100, 300, 300] })
    expect(found).toMatchObject({ kind: 'compared', ratio: 3, verdict: 'not known' })
  })

  it('does not differ from itself', () => {
    const path = run(serials(BLOCKS))
    const [cell] = comparisonOf([path, path]).cells
    expect(cell.against[0]).toMatchObject({ ratio: 1, verdict: expect.stringMatching(/^(equal|not known)$/) })
  })

  it('is told by its interval alone where no run has serial twice, which is said', () => {
    const found = against({ blocks: BLOCKS }, { blocks: times(1.2) })
    expect(found).toMatchObject({ kind: 'compared', noise: undefined, verdict: 'slower' })
  })

  it('has no interval, and is not known to differ, where a run has a single block', () => {
    const found = against({ blocks: [100] }, { blocks: times(2) })
    expect(found).toMatchObject({ kind: 'compared', interval: undefined, verdict: 'not known' })
  })

  it.each(['mismatch', 'not-finite', 'impossible'])('has no result where a run says %s', (status) => {
    const found = against({ blocks: BLOCKS }, { blocks: BLOCKS, fields: { status, match: 'different' } })
    expect(found).toEqual({ kind: 'no result', reason: `B: ${status}, 6 blocks` })
  })

  it('is matched by experiment, and by model and batch where a run has several of its name', () => {
    const { cells } = comparisonOf([
      run([{ cell: 'serial-1', blocks: BLOCKS }, weak(64), weak(128)]),
      run([weak(128), weak(256)]),
    ])
    expect(cells.map(({ experiment, variant, against: [found] }) => [experiment, variant, found.kind])).toEqual([
      ['scaling', '', 'missing'],
      ['weak', '8-4-2, batch 64', 'missing'],
      ['weak', '8-4-2, batch 128', 'compared'],
      ['weak', '8-4-2, batch 256', 'missing'],
    ])
    expect(cells[2].against[0]).toMatchObject({ ratio: 1 })
  })

  it('is missing where a run does not have it, the first one or another', () => {
    const { cells } = comparisonOf([
      run([
        { cell: 'serial-1', blocks: BLOCKS },
        { cell: 'layer-2', blocks: BLOCKS },
      ]),
      run([
        { cell: 'serial-1', blocks: BLOCKS },
        { cell: 'layer-4', blocks: BLOCKS },
      ]),
      run([
        { cell: 'serial-1', blocks: BLOCKS },
        { cell: 'layer-4', blocks: BLOCKS },
      ]),
    ])
    const reasons = cells
      .slice(1)
      .map(({ cell, against: found }) => [
        cell,
        found.map((each) => (each.kind === 'missing' ? each.reason : each.kind)),
      ])
    expect(reasons).toEqual([
      ['layer-2', ['not in B', 'not in C']],
      ['layer-4', ['not in A', 'not in A']],
    ])
  })
})

describe('rows of different work', () => {
  it.each([
    ['layers', '8-8-2', 'layers 8-8-2, in A 8-4-2'],
    ['batch', 128, 'batch 128, in A 64'],
    ['microbatches', 4, 'microbatches 4, in A 1'],
    ['optimizer', 'adam', 'optimizer adam, in A sgd'],
    ['seed', 2, 'seed 2, in A 1'],
    ['activation', 'tanh', 'activation tanh, in A relu'],
    ['loss', 'mse', 'loss mse, in A cross-entropy'],
    ['learning_rate', 0.2, 'learning_rate 0.2, in A 0.1'],
    ['dataset', 'digits.csv 0123456789ab', 'dataset digits.csv 0123456789ab, in A synthetic'],
  ])('are refused for %s, with both values', (column, value, reason) => {
    const found = against({ blocks: BLOCKS }, { blocks: BLOCKS, fields: { [column]: value } })
    expect(found).toEqual({ kind: 'refused', reason })
  })

  it('are refused for the weights that they end in, within one arithmetic', () => {
    const fields = { weights_sha256: 'b'.repeat(64), kernel: 'fma256' }
    const found = against({ blocks: BLOCKS }, { blocks: BLOCKS, fields })
    expect(found).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^weights_sha256: serial’s weights b{12}, in A a{12}, in the same arithmetic/),
    })
  })

  it('are refused, of a split that only comes close to serial, for the weights of its serial alone', () => {
    const close = (letter: string) => ({
      cell: 'data-ring-2',
      blocks: BLOCKS,
      fields: { mode: 'data', match: 'close', weights_sha256: letter.repeat(64) },
    })
    const same = comparisonOf([run([...serials(BLOCKS), close('c')]), run([...serials(BLOCKS), close('d')])])
    expect(same.cells[1].against[0].kind).toBe('compared')
    const fields = { weights_sha256: 'b'.repeat(64) }
    const other = comparisonOf([run([...serials(BLOCKS), close('c')]), run([...serials(BLOCKS, fields), close('c')])])
    expect(other.cells[1].against[0].kind).toBe('refused')
  })

  it('are refused for their own weights if these should be serial’s and are not', () => {
    const exact = (letter: string) => ({
      cell: 'layer-2',
      blocks: BLOCKS,
      fields: { mode: 'layer', weights_sha256: letter.repeat(64) },
    })
    const { cells } = comparisonOf([run([...serials(BLOCKS), exact('a')]), run([...serials(BLOCKS), exact('b')])])
    expect(cells.map(({ against: [found] }) => found.kind)).toEqual(['compared', 'refused'])
  })

  it('need not end in the same weights in another arithmetic, and are marked', () => {
    const fields = { weights_sha256: 'b'.repeat(64), kernel: 'simd', arithmetic: 'f32' }
    const found = against({ blocks: BLOCKS }, { blocks: times(1.5), fields })
    expect(found).toMatchObject({ kind: 'compared', verdict: 'slower', marks: ['kernel', 'arithmetic'] })
  })

  it('are not refused where one of the runs is of a version that did not know the column', () => {
    const told = ['activation', 'loss', 'learning_rate', 'dataset', 'pin']
    const older = run(serials(BLOCKS), { without: told })
    const fields = { activation: 'tanh', loss: 'mse', learning_rate: 1, dataset: 'a.csv 0', pin: 'true' }
    for (const runs of [
      [older, run(serials(BLOCKS, fields))],
      [run(serials(BLOCKS, fields)), older],
    ]) {
      const [cell] = comparisonOf(runs).cells
      expect(cell.against[0]).toMatchObject({ kind: 'compared', marks: [] })
    }
  })

  it('are not to be confused with work on pinned threads, which is marked', () => {
    const found = against({ blocks: BLOCKS }, { blocks: BLOCKS, fields: { pin: 'true' } })
    expect(found).toMatchObject({ kind: 'compared', marks: ['pin'] })
  })

  it('are not to be confused with work that is done in another manner, which is marked', () => {
    const fields = { kernel: 'fma256', bucket_kib: 64, status: 'oversubscribed' }
    const found = against({ blocks: BLOCKS }, { blocks: BLOCKS, fields })
    expect(found).toMatchObject({ kind: 'compared', marks: ['bucket_kib', 'kernel', 'status'] })
  })
})

describe('a pattern', () => {
  it.each([
    ['scaling:*', ['scaling:serial-1', 'scaling:data-(a)-2']],
    ['*:serial-*', ['scaling:serial-1', 'weak:serial-1']],
    ['*-2', ['scaling:data-(a)-2']],
    ['data-(a)-2', ['scaling:data-(a)-2']],
    ['serial', []],
    ['data-.a.-2', []],
  ])('%s chooses cells by experiment and name', (pattern, cells) => {
    const path = run([{ cell: 'serial-1', blocks: BLOCKS }, { cell: 'data-(a)-2', blocks: BLOCKS }, weak(64)])
    const { rows } = onlyCells(readRun(path, 'A'), pattern)
    expect(rows.map(({ fields }) => `${fields.experiment}:${fields.cell}`)).toEqual(cells)
  })
})

describe('the folder of a run', () => {
  it('is refused in one line that names it or the file', () => {
    expect(() => readRun(join(folder, 'nowhere'), 'A')).toThrow(
      /nowhere: expected the folder of a run; it does not exist$/,
    )
    expect(() => readRun(folder, 'A')).toThrow(/expected the folder of a run; it has no machine\.json$/)
    const broken = run(serials(BLOCKS))
    writeFileSync(join(broken, 'blocks.csv'), 'experiment,cell\nscaling,serial-1\n')
    expect(() => readRun(broken, 'A')).toThrow(/blocks\.csv: cannot be read: line 2: block: expected a number$/)
    writeFileSync(join(broken, 'blocks.csv'), 'block,median_ns\n0,12\n\n1,0\n')
    expect(() => readRun(broken, 'A')).toThrow(
      /blocks\.csv: cannot be read: line 4: median_ns: expected a time above 0$/,
    )
    writeFileSync(join(broken, 'machine.json'), '{')
    expect(() => readRun(broken, 'A')).toThrow(/machine\.json: cannot be read: /)
  })
  it('is refused where a block of a cell stands in blocks.csv twice, with the lines', () => {
    const twice = run(serials(BLOCKS))
    const file = join(twice, 'blocks.csv')
    const [, ...rows] = readFileSync(file, 'utf8').trim().split('\n')
    appendFileSync(file, `\n${rows.join('\n')}\n`)
    expect(() => readRun(twice, 'A')).toThrow(
      /blocks\.csv: cannot be read: line 15: block 0 of scaling:serial-1 stands in line 2 already$/,
    )
  })
})
