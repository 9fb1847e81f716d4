import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { afterAll, describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../bench/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line as a user would; `interrupt` presses Ctrl-C when the output first matches. */
function bench(args: readonly string[], interrupt?: RegExp): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    let interrupted = false
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (!interrupted && interrupt?.test(stdout)) {
        interrupted = true
        child.kill('SIGINT')
      }
    })
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

const rowsOf = (path: string): Record<string, string>[] => parse(readFileSync(path), { columns: true })

/** A run small enough to be over in a second or two. */
const SMALL = ['--layers', '30-20-20-20-5', '--batch', '24', '--blocks', '2', '--steps', '3']

describe('the command line', () => {
  const broken = join(folder, 'broken.csv')
  writeFileSync(broken, 'a,b,label\n1,2,0\n3,oops,1\n')
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
    const rows = rowsOf(join(out, 'summary.csv'))
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
    expect(rowsOf(join(out, 'samples.csv')).length).toBeGreaterThanOrEqual(5 * 5)
    expect(rowsOf(join(out, 'summary.csv')).length).toBeGreaterThan(0)
  })

  it('trains to the same weights in all exact modes, and writes every epoch', async () => {
    const out = join(folder, 'train')
    const { code } = await bench(['train', '--modes', 'all', '--threads', '2', '--epochs', '3', '--out', out])
    expect(code).toBe(0)
    const rows = rowsOf(join(out, 'training.csv')).filter((row) => row.epoch === '3')
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
    const products = rowsOf(join(out, 'kernels.csv'))
    expect(new Set(products.map((row) => row.form))).toEqual(new Set(['forward', 'input', 'weight']))
    for (const { match, gflops } of products) {
      expect(match).toBe('exact')
      expect(Number(gflops)).toBeGreaterThan(0)
    }
    expect(rowsOf(join(out, 'steps.csv')).map((row) => row.model)).toEqual([
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
    for (const kernel of ['js', 'simd', 'fma', 'fma256']) {
      const out = join(folder, kernel)
      const { code, stderr } = await bench([...SMALL, '--blocks', '1', '--kernel', kernel, '--out', out])
      if (code === 2) {
        expect(stderr).toMatch(/^error: --kernel \w+: it needs/)
        continue
      }
      expect(code).toBe(0)
      for (const row of rowsOf(join(out, 'summary.csv')).filter(({ match }) => match === 'exact')) {
        hashes.set(row.arithmetic, (hashes.get(row.arithmetic) ?? new Set()).add(row.weights_sha256))
      }
    }
    for (const [arithmetic, found] of hashes) expect(found.size, arithmetic).toBe(1)
    expect([...hashes.keys()]).toContain('f32')
  })
})
