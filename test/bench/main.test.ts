import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rowsIn, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bench = (args: readonly string[], interrupt?: RegExp) =>
  start('main', args, interrupt && { signal: 'SIGINT', when: interrupt })

/** A run small enough to be over in a second or two. */
const SMALL = ['--layers', '30-20-20-20-5', '--batch', '24', '--blocks', '2', '--steps', '3']

/** Plans that combine no gradients come to one and the same weights, the others to their neighbourhood. */
function expectExactOrClose(rows: readonly Record<string, string>[]): void {
  for (const { cell, dp, reduction, match } of rows) {
    expect(match, cell).toBe(Number(dp) === 1 || reduction === 'owner' ? 'exact' : 'close')
  }
  const exact = rows.filter(({ match }) => match === 'exact')
  expect(new Set(exact.map((row) => row.weights_sha256)).size).toBe(1)
}

describe('the command line', () => {
  const broken = join(folder, 'broken.csv')
  writeFileSync(broken, 'a,b,label\n1,2,0\n3,oops,1\n')
  const deadlock = join(folder, 'deadlock.csv')
  writeFileSync(deadlock, '0F0,0B0,,0F1,0B1\n1F0,1F1,1B0,1B1\n')
  const full = join(folder, 'full')
  mkdirSync(full)
  writeFileSync(join(full, 'samples.csv'), '')

  it.each([
    [['--batch', '0'], /^error: --batch 0: expected a whole number from 1 to 1000000\n$/],
    [['--layers', '784'], /^error: --layers 784: expected at least two widths.*\n$/],
    [['--modes', 'magic'], /^error: --modes magic: .*serial, data, layer, pipeline.*\n$/],
    [['--nonsense'], /^error: unknown option '--nonsense'.*\n$/],
    [
      ['--threads', '4', '--batch', '3'],
      /^error: --threads 4 with --modes data: 4 ranks .* the batch has 3\n$/,
    ],
    [
      ['--threads', '4', '--layers', '9-9-9'],
      /^error: --threads 4 with --modes layer: 4 stages .* model has 2\n$/,
    ],
    [['--dataset', 'nowhere.csv'], /^error: no file is called nowhere\.csv; expected .*\n$/],
    [['--dataset', broken], /^error: .*broken\.csv.*line 3.*\n$/],
    [['--out', full], /^error: --out .*full: the folder is not empty; expected a new or an empty one\n$/],
    [['--kernel', 'abacus'], /^error: --kernel abacus: .*js, simd, fma, fma256.*\n$/],
    [
      ['--schedule-file', deadlock],
      /^error: --schedule-file .*deadlock\.csv: rank 0, step 1: deadlock: .*\n$/,
    ],
    [['plan', '--schedule-file', deadlock], /^error: --schedule-file .*: rank 0, step 1: deadlock: .*\n$/],
    [['--grid', '2x2'], /^error: --grid 2x2: expected all, or a comma list of grids like 2x2x1.*\n$/],
    [['plan', '--grid', '1x9x1'], /^error: --grid 1x9x1: 9 stages .* the model has 5\n$/],
    [
      ['plan', '--threads', '2', '--memory-per-rank', '1KiB'],
      /^error: --memory-per-rank: nothing fits: pipeline on 2 threads needs .* the 1\.00 KiB allowed per rank; .*\n$/,
    ],
    [['--model', 'Z'], /^error: --model Z: expected one of A32, A128, B, C, D, E\n$/],
    [['--model', 'C', '--batch', '3'], /^error: --model C: expected without --batch\n$/],
    [['simulate', '--threads', '0'], /^error: --threads 0: expected .* from 1 to 4096.*\n$/],
    [
      ['simulate', '--grid', '1x9x1', '--layers', '8-8-8'],
      /^error: --grid 1x9x1: 9 stages .* model has 2\n$/,
    ],
    [['simulate', '--layers', '8-8', '--depth', '4'], /^error: --depth 4: expected without --layers\n$/],
    [
      ['simulate', '--modes', 'data', '--threads', '1024', '--reduction', 'ring', '--gflops', '50'],
      /^error: data-ring-1024: about 14\.7 million instructions; expected at most 6 million.*\n$/,
    ],
    [['simulate', '--handoff-us', '-1'], /^error: --handoff-us -1: expected a number from 0 on\n$/],
    [
      ['simulate', '--calibration', broken],
      /^error: --calibration .*broken\.csv: expected the calibration\.csv of a run.*\n$/,
    ],
    [['train', '--dataset', broken], /^error: .*broken\.csv.*line 3.*\n$/],
    [['train', '--batch', '5000'], /^error: --batch 5000: expected at most 1600.*\n$/],
  ])('answers %j with one clear line and exit code 2', async (args, message) => {
    const { code, stderr } = await bench(args)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })

  it('shows the cells and their times in a dry run, and writes nothing', async () => {
    const out = join(folder, 'dry')
    const { code, stdout } = await bench([...SMALL, '--threads', '2', '--dry-run', '--out', out])
    expect(code).toBe(0)
    expect(stdout).toMatch(/pipeline-1f1b-2: steps of about/)
    expect(existsSync(out)).toBe(false)
  })

  it('runs every mode on more threads than cores, with uneven stages, shares and microbatches', async () => {
    const out = join(folder, 'uneven')
    const uneven = [
      '--layers',
      '784-300-200-100-10',
      '--batch',
      '90',
      '--microbatches',
      '7',
      '--threads',
      '3',
    ]
    const { code } = await bench([...uneven, '--blocks', '1', '--steps', '1', '--out', out])
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    expect(rows.map((row) => [row.cell, row.match])).toEqual([
      ['serial-1', 'exact'],
      ['data-direct-3', 'close'],
      ['data-owner-3', 'exact'],
      ['layer-3', 'exact'],
      ['pipeline-gpipe-3', 'exact'],
      ['pipeline-1f1b-3', 'exact'],
      ['pipeline-zero-bubble-3', 'exact'],
      ['tensor-3', 'exact'],
      ['serial-again-1', 'exact'],
    ])
    const hashes = rows.filter((row) => row.match === 'exact').map((row) => row.weights_sha256)
    expect(new Set(hashes).size).toBe(1)
  })

  it('runs all grids, reductions and schedules of 4 threads, and every exact one comes to one hash', async () => {
    const out = join(folder, 'grids')
    const wide = ['--layers', '30-64-50-50-50-8', '--batch', '32', '--microbatches', '4']
    const all = ['--modes', 'all', '--grid', 'all', '--threads', '4']
    const { code } = await bench([...wide, ...all, '--blocks', '1', '--steps', '1', '--out', out])
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    const grids = rows.filter(({ mode }) => mode === 'hybrid').map(({ dp, pp, tp }) => `${dp}x${pp}x${tp}`)
    expect(new Set(grids)).toEqual(new Set(['1x1x4', '1x2x2', '1x4x1', '2x1x2', '2x2x1', '4x1x1']))
    expectExactOrClose(rows)
    const owners = new Set(rowsIn(join(out, 'memory.csv')).map(({ cell }) => cell))
    const cells = rows.map(({ cell }) => cell).filter((cell) => cell !== 'serial-again-1')
    expect([...owners].toSorted()).toEqual(cells.toSorted())
  })

  it('runs every dispatch, handoff and wait, and none changes what is computed', async () => {
    const out = join(folder, 'primitives')
    const modes = ['--modes', 'serial,data,layer,pipeline', '--schedule', '1f1b', '--reduction', 'tree,owner']
    const all = ['--dispatch', 'all', '--handoff', 'all', '--wait', 'all', '--threads', '2']
    const { code } = await bench([...SMALL, ...modes, ...all, '--blocks', '1', '--steps', '1', '--out', out])
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    const choices = (column: string) => new Set(rows.map((row) => row[column]))
    expect(choices('dispatch')).toEqual(new Set(['resident', 'task']))
    expect(choices('handoff')).toEqual(new Set(['shared', 'transfer', 'clone']))
    expect(choices('wait')).toEqual(new Set(['spin-then-wait', 'spin', 'wait']))
    expectExactOrClose(rows)
  })

  it('shows plans without running them, and runs a schedule that it has written', async () => {
    const { code, stdout } = await bench([
      'plan',
      '--threads',
      '3',
      '--schedule',
      'zero-bubble,1f1b',
      '--microbatches',
      '4',
    ])
    expect(code).toBe(0)
    for (const name of ['pipeline-zero-bubble-3', 'pipeline-1f1b-3']) {
      expect(stdout).toMatch(new RegExp(`^${name}: \\d+\\.\\d % idle if handing over were free$`, 'm'))
    }
    expect(stdout.match(/^rank \d [A-Z].*|^rank \d ·.*/gm)).toHaveLength(6)
    const file = join(folder, 'written.csv')
    const [, table] = /as a schedule file:\n((?:\d[FIWB].*\n){3})/.exec(stdout)!
    writeFileSync(file, table)
    const out = join(folder, 'scheduled')
    const run = ['--schedule-file', file, '--steps', '1', '--blocks', '1', '--out', out]
    expect((await bench(['--layers', '30-20-20-20-5', '--batch', '24', ...run])).code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    expect(rows.map(({ cell, schedule, match }) => [cell, schedule, match])).toContainEqual([
      'pipeline-file-3',
      'file',
      'exact',
    ])
    expectExactOrClose(rows)
  })

  it('leaves out replicas that do not fit into a budget while stages do, and says what would', async () => {
    const line =
      '--modes data,layer,tensor --threads 2 --reduction direct --layers 256-256-256-256-10 --memory-per-rank 1.3MiB --dry-run'
    const { code, stdout } = await bench(line.split(' '))
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /skipped: data on 2 threads: needs 1\.\d\d MiB on rank 0, more than the 1\.30 MiB allowed per rank; these fit: .*1x1x2 \(1\.\d\d MiB\)/,
    )
    expect(stdout).toMatch(/tensor-2: steps of about/)
    expect(stdout).not.toMatch(/data-direct-2: steps/)
  })

  it('skips what is impossible on thread counts of its own choice, and says why', async () => {
    const { code, stdout } = await bench([...SMALL, '--layers', '30-5', '--dry-run', '--modes', 'all'])
    expect(code).toBe(0)
    const skipped = /skipped: layer on 2 threads: 2 stages need at least 2 layers; the model has 1/
    if (!stdout.includes(' 1 core,')) expect(stdout).toMatch(skipped)
  })

  it('ends on Ctrl-C with code 130, and keeps what was measured', async () => {
    const out = join(folder, 'interrupted')
    const { code, stderr } = await bench([...SMALL, '--blocks', '5000', '--out', out], /\nblock +1 +5\/\d+ /)
    // Windows has no signals: the child is ended there without being asked.
    if (process.platform === 'win32') return
    expect(stderr).toContain('interrupted; what was measured before is kept')
    expect(code).toBe(130)
    expect(rowsIn(join(out, 'samples.csv')).length).toBeGreaterThanOrEqual(5 * 5)
    expect(rowsIn(join(out, 'summary.csv')).length).toBeGreaterThan(0)
  })

  it('trains to the same weights in all exact modes, and writes every epoch', async () => {
    const out = join(folder, 'train')
    const { code } = await bench(['train', '--modes', 'all', '--threads', '2', '--epochs', '3', '--out', out])
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'training.csv')).filter((row) => row.epoch === '3')
    expect(rows.map((row) => row.mode)).toEqual(['serial', 'data', 'layer', 'pipeline', 'pipeline', 'tensor'])
    const exact = rows.filter((row) => row.mode !== 'data')
    expect(
      new Set(exact.map((row) => `${row.weights_sha256} ${row.held_out_accuracy} ${row.loss}`)).size,
    ).toBe(1)
    for (const row of rows) expect(Number(row.held_out_accuracy)).toBeGreaterThan(0.95)
  })

  it('measures a kernel’s products and steps beside what the machine can do', async () => {
    const out = join(folder, 'kernels')
    const { code } = await bench(['kernels', '--kernel', 'simd', '--quick', '--out', out])
    expect(code).toBe(0)
    const products = rowsIn(join(out, 'kernels.csv'))
    expect(new Set(products.map((row) => row.form))).toEqual(new Set(['forward', 'input', 'weight']))
    for (const { match, gflops } of products) {
      expect(match).toBe('exact')
      expect(Number(gflops)).toBeGreaterThan(0)
    }
    expect(rowsIn(join(out, 'steps.csv')).map((row) => row.model)).toEqual([
      'A32',
      'A128',
      'B',
      'C',
      'D',
      'E',
    ])
    const { limits } = JSON.parse(readFileSync(join(out, 'machine.json'), 'utf8'))
    expect(limits.simd[0]).toMatchObject({ threads: 1 })
    expect(limits.simd[0].peakGflops).toBeGreaterThan(0)
  })

  it('gives the same weights with every kernel of the same arithmetic, at any number of threads', async () => {
    const hashes = new Map<string, Set<string>>()
    const few = ['--schedule', '1f1b', '--reduction', 'owner']
    for (const kernel of ['js', 'simd', 'fma', 'fma256']) {
      const out = join(folder, kernel)
      const { code, stderr } = await bench([
        ...SMALL,
        ...few,
        '--blocks',
        '1',
        '--kernel',
        kernel,
        '--out',
        out,
      ])
      if (code === 2) {
        expect(stderr).toMatch(/^error: --kernel \w+: it needs/)
        continue
      }
      expect(code).toBe(0)
      for (const row of rowsIn(join(out, 'summary.csv')).filter(({ match }) => match === 'exact')) {
        hashes.set(row.arithmetic, (hashes.get(row.arithmetic) ?? new Set()).add(row.weights_sha256))
      }
    }
    for (const [arithmetic, found] of hashes) expect(found.size, arithmetic).toBe(1)
    expect([...hashes.keys()]).toContain('f32')
  })
})
