import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bench = (...args: readonly string[]) => start('main', args)

/** Output with wrapped lines as one. */
const joined = (output: string): string => output.replaceAll(/\n {2}(?=\S)/g, ' ')

/** A run small enough to be over in a second or two. */
const SMALL = ['--layers', '30-20-20-20-5', '--batch', '24', '--blocks', '2', '--steps', '3']

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
      ['--modes', 'data', '--threads', '4', '--batch', '3'],
      /^error: --threads 4 with --modes data: 4 ranks .* the batch has 3\n$/,
    ],
    [
      ['--modes', 'layer', '--threads', '4', '--layers', '9-9-9'],
      /^error: --threads 4 with --modes layer: 4 stages .* model has 2; try --layers 9-9-9-9-9\n$/,
    ],
    [['--dataset', 'nowhere.csv'], /^error: no file is called nowhere\.csv; expected .*\n$/],
    [['--dataset', broken], /^error: .*broken\.csv.*line 3.*\n$/],
    [['--out', full], /^error: --out .*full: the folder is not empty; expected a new or an empty one\n$/],
    [['--kernel', 'abacus'], /^error: --kernel abacus: .*js, simd, fma, fma256.*\n$/],
    [['--schedule-file', deadlock], /^error: --schedule-file .*deadlock\.csv: rank 0, step 1: deadlock: .*\n$/],
    [['plan', '--schedule-file', deadlock], /^error: --schedule-file .*: rank 0, step 1: deadlock: .*\n$/],
    [['--grid', '2x2'], /^error: --grid 2x2: expected all, or a comma list of grids like 2x2x1.*\n$/],
    [['plan', '--grid', '1x9x1'], /^error: --grid 1x9x1: 9 stages .* the model has 5; try --layers 784(-256){8}-10\n$/],
    [
      ['plan', '--threads', '2', '--memory-per-rank', '1KiB'],
      /^error: --memory-per-rank: nothing fits: pipeline \(gpipe\) on 2 threads needs .* the 1\.00 KiB allowed per rank; .*\n$/,
    ],
    [['--model', 'Z'], /^error: --model Z: expected one of A32, A128, B, C, D, E\n$/],
    [['--model', 'C', '--batch', '3'], /^error: --model C: expected without --batch\n$/],
    [['simulate', '--threads', '0'], /^error: --threads 0: expected .* from 1 to 4096.*\n$/],
    [
      ['simulate', '--grid', '1x9x1', '--layers', '8-8-8'],
      /^error: --grid 1x9x1: 9 stages .* model has 2; try --layers 8(-8){9}\n$/,
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
    const { code, stderr } = await bench(...args)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })

  it('shows the cells and their times in a dry run, and writes nothing', async () => {
    const out = join(folder, 'dry')
    const { code, stdout } = await bench(...SMALL, '--threads', '2', '--dry-run', '--out', out)
    expect(code).toBe(0)
    expect(stdout).toMatch(/pipeline-1f1b-2: steps of about/)
    expect(existsSync(out)).toBe(false)
  })

  it('leaves out replicas that do not fit into a budget while stages do, and says what would', async () => {
    const line =
      '--modes data,layer,tensor --threads 2 --reduction direct --layers 256-256-256-256-10 --memory-per-rank 1.3MiB --dry-run'
    const { code, stdout } = await bench(...line.split(' '))
    expect(code).toBe(0)
    expect(joined(stdout)).toMatch(
      /skipped: data on 2 threads: needs 1\.\d\d MiB on rank 0, more than the 1\.30 MiB allowed per rank; these fit: .*1x1x2 \(1\.\d\d MiB\)/,
    )
    expect(stdout).toMatch(/tensor-2: steps of about/)
    expect(stdout).not.toMatch(/data-direct-2: steps/)
  })

  it('skips what is impossible on thread counts of its own choice, and says why', async () => {
    const { code, stdout } = await bench(...SMALL, '--layers', '30-5', '--dry-run', '--modes', 'all')
    expect(code).toBe(0)
    const skipped = /skipped: layer on 2 threads: 2 stages need at least 2 layers; the model has 1/
    if (!stdout.includes(' 1 core,')) expect(stdout).toMatch(skipped)
  })

  it('skips what is impossible of several modes and thread counts, and runs the rest', async () => {
    const line = '--threads 4 --layers 10-10-10 --dry-run'
    const { code, stdout } = await bench(...line.split(' '))
    expect(code).toBe(0)
    const reason = '4 stages need at least 4 layers; the model has 2; try --layers 10-10-10-10-10'
    expect(joined(stdout).match(/^skipped: .*/gm)).toEqual([
      `skipped: layer on 4 threads: ${reason}`,
      `skipped: pipeline (gpipe) on 4 threads: ${reason}`,
      `skipped: pipeline (1f1b) on 4 threads: ${reason}`,
      `skipped: pipeline (zero-bubble) on 4 threads: ${reason}`,
      'skipped: tensor on 4 threads: 4 ranks that share a layer need one of at least 49 columns; the widest has 10',
    ])
    expect(stdout.match(/^ {2}\S+(?=: steps of about)/gm)).toEqual(['  serial-1', '  data-direct-4', '  data-owner-4'])
  })

  it('says once what several groups or experiments skip', async () => {
    const { code, stdout } = await bench('bubble', '--layers', '10-10-10', '--threads', '2,3', '--dry-run')
    expect(code).toBe(0)
    const skipped = joined(stdout).match(/^skipped: .*/gm)
    expect(skipped).toHaveLength(3)
    expect(new Set(skipped).size).toBe(3)
  })

  it('names the schedule that is impossible', async () => {
    const { code, stdout } = await bench('--threads', '4', '--schedule', 'all', '--dry-run')
    expect(code).toBe(0)
    expect(joined(stdout).match(/^skipped: .*/gm)).toEqual([
      'skipped: pipeline (interleaved) on 4 threads: 8 stages need at least 8 layers; the model has 5; ' +
        'try --layers 784-256-256-256-256-256-256-256-10',
    ])
    expect(stdout).toMatch(/pipeline-1f1b-4: steps of about/)
  })
})
