import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { parse, refusal, scaling, train } from './command-lines.ts'

/** What decides how a step is split, where nothing is said. */
const SPLIT = {
  chunks: 2,
  bucketKib: 256,
  overlap: true,
  shardOptimizer: false,
  handoff: ['shared'],
  dispatch: ['resident'],
  wait: ['spin-then-wait'],
}

describe('the options of scaling', () => {
  it('have defaults for everything but layers, threads, steps, label and out', () => {
    expect(parse('')).toEqual({
      command: 'scaling',
      ...SPLIT,
      modes: ['serial', 'data', 'layer', 'pipeline', 'tensor'],
      activation: 'relu',
      loss: 'cross-entropy',
      optimizer: 'sgd',
      learningRate: 0.1,
      batch: 64,
      microbatches: 8,
      schedule: ['gpipe', '1f1b', 'zero-bubble'],
      reduction: ['direct', 'owner'],
      dataset: 'synthetic',
      seed: 1,
      precision: 0.02,
      budget: 60,
      quick: false,
      dryRun: false,
      pin: false,
    })
  })

  it('are taken from the line', () => {
    const line =
      '--modes pipeline,data --threads 2,1 --layers 20-30-10 --activation tanh --loss mse --optimizer adam ' +
      '--learning-rate 2e-3 --batch 90 --microbatches 7 --schedule 1f1b --reduction gather,direct --dataset a.csv ' +
      '--label class --seed 0 --steps 12 --blocks 3 --quick --dry-run --out here --precision 0.5% --budget 7 --pin ' +
      '--chunks 3 --bucket-kib 64 --no-overlap --shard-optimizer --handoff clone,shared --dispatch all --wait spin ' +
      '--memory-per-rank 1.5MiB'
    expect(parse(line)).toEqual({
      command: 'scaling',
      modes: ['pipeline', 'data'],
      threads: [2, 1],
      layers: [20, 30, 10],
      activation: 'tanh',
      loss: 'mse',
      optimizer: 'adam',
      learningRate: 0.002,
      batch: 90,
      microbatches: 7,
      schedule: ['1f1b'],
      reduction: ['gather', 'direct'],
      dataset: 'a.csv',
      label: 'class',
      seed: 0,
      steps: 12,
      blocks: 3,
      quick: true,
      dryRun: true,
      out: 'here',
      precision: 0.005,
      budget: 7,
      pin: true,
      chunks: 3,
      bucketKib: 64,
      overlap: false,
      shardOptimizer: true,
      handoff: ['clone', 'shared'],
      dispatch: ['resident', 'task'],
      wait: ['spin'],
      memoryPerRank: 1.5 * 2 ** 20,
    })
  })

  it('may follow the name of the command', () => {
    expect(parse('scaling --batch 8')).toEqual(parse('--batch 8'))
  })

  it('keep each entry of a list once, in the order given', () => {
    expect(scaling('--modes data,serial,data').modes).toEqual(['data', 'serial'])
    expect(scaling('--threads 2,1,2,01').threads).toEqual([2, 1])
  })

  it('choose the learning rate by the optimizer', () => {
    expect(scaling('--optimizer momentum').learningRate).toBe(0.02)
    expect(scaling('--optimizer adam').learningRate).toBe(0.001)
    expect(scaling('--optimizer adam --learning-rate 1').learningRate).toBe(1)
  })

  it('measure fewer blocks in a quick run, unless told how many', () => {
    expect(scaling('--quick').blocks).toBe(10)
    expect(scaling('--quick --blocks 7').blocks).toBe(7)
  })

  it('may name a model, which brings its layers and its batch', () => {
    expect(scaling('--model D')).toMatchObject({ layers: [1024, 1024, 1024, 1024, 1024, 10], batch: 128 })
    expect(refusal('--model D --batch 3')).toBe('--model D: expected without --batch')
    expect(refusal('--model Z')).toBe('--model Z: expected one of A32, A128, B, C, D, E')
  })

  it('run grids as the mode hybrid', () => {
    expect(scaling('--grid 2x2x1,1x1x2')).toMatchObject({
      modes: ['serial', 'data', 'layer', 'pipeline', 'tensor', 'hybrid'],
      grid: [
        { dp: 2, pp: 2, tp: 1 },
        { dp: 1, pp: 1, tp: 2 },
      ],
    })
    expect(scaling('--modes hybrid --grid all').grid).toBe('all')
    expect(refusal('--modes data --grid 2x2x1')).toBe(
      '--grid: expected together with the mode hybrid, not with --modes data',
    )
    for (const grid of ['2x2', '0x1x1', '17x17x1', 'some']) {
      expect(refusal(`--grid ${grid}`)).toMatch(
        `--grid ${grid}: expected all, or a comma list of grids like 2x2x1`,
      )
    }
  })

  it('are the same for every experiment', () => {
    for (const name of ['weak', 'growth', 'bubble', 'memory', 'combine', 'all']) {
      expect(parse(`${name} --batch 8`)).toEqual({ ...parse('--batch 8'), command: name })
    }
  })

  it('reduce the default number of microbatches to the batch', () => {
    expect(scaling('--batch 3').microbatches).toBe(3)
  })
})

describe('the options of train', () => {
  it('have defaults, and leave layers and threads to the data and the machine', () => {
    expect(parse('train')).toEqual({
      command: 'train',
      ...SPLIT,
      modes: ['serial'],
      activation: 'relu',
      loss: 'cross-entropy',
      optimizer: 'sgd',
      learningRate: 0.1,
      batch: 32,
      microbatches: 4,
      schedule: ['gpipe', '1f1b'],
      reduction: ['direct'],
      dataset: 'synthetic',
      seed: 1,
      epochs: 20,
      heldOut: 0.2,
    })
  })

  it('are taken from the line', () => {
    const options = train(
      '--dataset d.csv.gz --modes data --threads 2 --epochs 3 --held-out .5 --layers 64-10',
    )
    expect(options).toMatchObject({
      modes: ['data'],
      threads: [2],
      epochs: 3,
      heldOut: 0.5,
      layers: [64, 10],
    })
  })

  it('do not take what only a measurement needs', () => {
    for (const flag of ['--steps 3', '--blocks 3', '--quick', '--dry-run']) {
      expect(refusal(`train ${flag}`)).toContain(`unknown option '${flag.split(' ')[0]}'`)
    }
  })
})

describe('a schedule file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schedule-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const fileOf = (name: string, text: string): string => {
    const path = join(folder, `${name}.csv`)
    writeFileSync(path, text)
    return path
  }
  const good = fileOf('good', '0F0,0F1,0F2,0B0,0B1,0B2\n1F0,1I0,1F1,1I1,1W0,1W1,1F2,1B2\n')

  it('decides over the mode, the threads and the microbatches', () => {
    const options = scaling(`--schedule-file ${good}`)
    expect(options).toMatchObject({ modes: ['pipeline'], threads: [2], microbatches: 3, scheduleFile: good })
    expect(options.table?.map((row) => row.length)).toEqual([6, 8])
    expect(parse(`plan --schedule-file ${good}`)).toMatchObject({ command: 'plan', threads: [2] })
    expect(train(`--schedule-file ${good}`)).toMatchObject({ modes: ['pipeline'], microbatches: 3 })
  })

  it('may be run in modes of one’s choice, which have to fit it', () => {
    const line = `--schedule-file ${good} --modes serial,pipeline,hybrid`
    expect(scaling(`${line} --grid 2x2x1 --batch 30`).modes).toEqual(['serial', 'pipeline', 'hybrid'])
    expect(refusal(`${line} --grid 1x3x1`)).toBe('--grid 1x3x1: the schedule file is for 2 ranks, not for 3')
    expect(refusal(`--schedule-file ${good} --threads 3`)).toBe(
      '--threads 3 with --modes pipeline: the schedule file is for 2 ranks, not for 3',
    )
    expect(refusal(`--schedule-file ${good} --batch 2`)).toBe(
      "--threads 2 with --modes pipeline: 3 microbatches need at least 3 samples; a rank's share of the batch has 2",
    )
  })

  it('stands instead of a named schedule and of a number of microbatches', () => {
    expect(refusal(`--schedule-file ${good} --schedule gpipe`)).toBe(
      `--schedule-file ${good}: expected without --schedule`,
    )
    expect(refusal(`--schedule-file ${good} --microbatches 4`)).toBe(
      `--microbatches 4: expected 3, as in ${good}`,
    )
    expect(scaling(`--schedule-file ${good} --microbatches 3`).microbatches).toBe(3)
  })

  it.each([
    [
      'deadlock',
      '0F0,0B0,,0F1,0B1\n1F0,1F1,1B0,1B1\n',
      'rank 0, step 1: deadlock: 0B0 (rank 0, step 1) waits for 1B0 (rank 1, step 2), and 1F1 (rank 1, step 1) waits for 0F1 (rank 0, step 3)',
    ],
    [
      'missing-microbatch',
      '0F0,0B0\n1F0,1F1,1B0,1B1\n',
      'rank 0, step 2: the row ends, but stage 0 has no F of microbatch 1',
    ],
    [
      'wrong-order',
      '0F0,0F1,0B1,0B0\n1F0,1F1,1B0,1B1\n',
      'rank 0, step 2: 0B1 comes before 0B0 (rank 0, step 3)',
    ],
    ['empty', '', 'rank 0, step 0: the row is empty'],
    ['prose', 'forward, then backward', 'rank 0, step 0: "forward" is not an action'],
  ])('that is broken is refused with rank, step and reason: %s', (name, text, reason) => {
    const path = fileOf(name, text)
    const message = refusal(`--schedule-file ${path}`)
    expect(message).toContain(`--schedule-file ${path}: ${reason}`)
    expect(message).not.toContain('\n')
  })

  it('that cannot be read is refused with the reason', () => {
    const missing = join(folder, 'missing.csv')
    expect(refusal(`--schedule-file ${missing}`)).toMatch(/missing\.csv: cannot be read: .*no such file/)
    expect(refusal(`--schedule-file ${folder}`)).toMatch(/: cannot be read: /)
    expect(refusal('--schedule-file=')).toBe('--schedule-file "": expected the path of a schedule file')
  })
})

describe('--help', () => {
  afterEach(() => vi.restoreAllMocks())

  it('prints the options of the measurement and the way to train, with examples, and exits with 0', () => {
    const { text, exitCode } = help('--help')
    expect(exitCode).toBe(0)
    for (const part of [
      'npm run bench -- [options]',
      '--modes <list>',
      '--dry-run',
      'train --help',
      'Examples:',
    ])
      expect(text).toContain(part)
  })

  it('after train prints the options of train', () => {
    const { text, exitCode } = help('train --help')
    expect(exitCode).toBe(0)
    for (const part of ['npm run bench -- train', '--held-out', 'Examples:']) expect(text).toContain(part)
    expect(text).not.toContain('--dry-run')
  })
})

/** What a line that asks for help prints, and the exit code. */
function help(line: string): { text: string; exitCode: unknown } {
  let text = ''
  let exitCode: unknown
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exitCode = code
    throw new Error('exit')
  })
  expect(() => parse(line)).toThrow('exit')
  return { text, exitCode }
}
