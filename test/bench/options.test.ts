import { describe, expect, it } from 'vitest'
import { DEFAULTS, parse, refusal, scaling, train } from './command-lines.ts'

describe('the options of scaling', () => {
  it('have defaults for everything but layers, threads, steps, label and out', () => {
    expect(parse('')).toEqual({
      command: 'scaling',
      ...DEFAULTS,
      learningRate: 0.1,
      precision: 0.02,
      budget: 60,
      quick: false,
      waitIdle: false,
      dryRun: false,
      wide: false,
      json: false,
      markdown: false,
    })
  })

  it('are taken from the line', () => {
    const line =
      '--modes pipeline,data --threads 2,1 --layers 20-30-10 --activation tanh --loss mse --optimizer adam ' +
      '--learning-rate 2e-3 --batch 90 --microbatches 7 --schedule 1f1b --reduction gather,direct --dataset a.csv ' +
      '--label class --seed 0 --steps 12 --blocks 3 --quick --dry-run --out here --precision 0.5% --budget 7 --pin ' +
      '--chunks 3 --bucket-kib 64 --no-overlap --shard-optimizer --handoff clone,shared --dispatch all --wait spin ' +
      '--memory-per-rank 1.5MiB --kernel js --wait-idle --wide --json --markdown'
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
      kernel: 'js',
      waitIdle: true,
      wide: true,
      json: true,
      markdown: true,
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
    expect(scaling('--quick').blocks).toBe(3)
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
      expect(refusal(`--grid ${grid}`)).toMatch(`--grid ${grid}: expected all, or a comma list of grids like 2x2x1`)
    }
  })

  it('are the same for every experiment that takes them', () => {
    for (const name of ['weak', 'growth', 'bubble', 'memory', 'all']) {
      const { modes: _, ...rest } = parse(`${name} --batch 8`)
      const { modes: __, ...others } = parse('--batch 8')
      expect(rest).toEqual({ ...others, command: name })
    }
    expect(parse('combine')).toEqual({ ...parse(''), command: 'combine' })
    expect(parse('weak').modes).toEqual(['data', 'tensor'])
    expect(parse('weak --modes all').modes).toEqual(['data', 'tensor'])
    expect(parse('all')).toEqual({ ...parse(''), command: 'all' })
  })

  it('reduce the default number of microbatches to the batch', () => {
    expect(scaling('--batch 3').microbatches).toBe(3)
  })
})

describe('the options of train', () => {
  it('have defaults, and leave layers and threads to the data and the machine', () => {
    expect(parse('train')).toEqual({
      command: 'train',
      ...DEFAULTS,
      modes: ['serial'],
      learningRate: 0.1,
      batch: 32,
      microbatches: 4,
      schedule: ['gpipe', '1f1b'],
      reduction: ['direct'],
      epochs: 20,
      repeats: 3,
      heldOut: 0.2,
    })
  })

  it('are taken from the line', () => {
    const options = train('--dataset d.csv.gz --modes data --threads 2 --epochs 3 --held-out .5 --layers 64-10')
    expect(options).toMatchObject({
      modes: ['data'],
      threads: [2],
      epochs: 3,
      heldOut: 0.5,
      layers: [64, 10],
    })
  })

  it('do not take what only a measurement needs', () => {
    for (const flag of ['--steps 3', '--blocks 3', '--quick', '--dry-run', '--pin']) {
      expect(refusal(`train ${flag}`)).toBe(`${flag.split(' ')[0]} has no meaning for train; see train --help`)
    }
  })
})
