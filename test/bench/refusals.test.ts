import { describe, expect, it } from 'vitest'
import { refusal, scaling } from './command-lines.ts'

describe('a refused command line', () => {
  it.each([
    ['--batch 0', '--batch 0: expected a whole number from 1 to 1000000'],
    ['--batch 1.5', '--batch 1.5: expected a whole number from 1 to 1000000'],
    ['--batch 1e3', '--batch 1e3: expected a whole number from 1 to 1000000'],
    ['--batch=', '--batch "": expected a whole number from 1 to 1000000'],
    ['--microbatches -1', '--microbatches -1: expected a whole number from 1 to 1000000'],
    [
      '--modes serial,dta',
      '--modes serial,dta: expected all, or a comma list of serial, data, layer, pipeline, tensor, hybrid',
    ],
    [
      '--schedule 2f2b',
      '--schedule 2f2b: expected all, or a comma list of gpipe, 1f1b, interleaved, zero-bubble',
    ],
    [
      '--reduction ring,',
      '--reduction ring,: expected all, or a comma list of gather, tree, ring, direct, owner',
    ],
    ['--handoff mail', '--handoff mail: expected all, or a comma list of shared, transfer, clone'],
    ['--dispatch often', '--dispatch often: expected all, or a comma list of resident, task'],
    ['--wait long', '--wait long: expected all, or a comma list of spin-then-wait, spin, wait'],
    ['--chunks 0', '--chunks 0: expected a whole number from 1 to 1000'],
    ['--memory-per-rank 8', '--memory-per-rank 8: expected an amount of memory like 512KiB, 8MiB or 1GiB'],
    ['--precision 0', '--precision 0: expected a share above 0% and up to 100%, like 2%'],
    ['--budget 0', '--budget 0: expected a number above 0 and below 86400'],
    ['--threads 0', '--threads 0: expected a comma list of whole numbers from 1 to 256'],
    ['--threads 1,257', '--threads 1,257: expected a comma list of whole numbers from 1 to 256'],
    ['--activation gelu', '--activation gelu: expected one of relu, tanh, sigmoid, identity'],
    ['--loss hinge', '--loss hinge: expected one of cross-entropy, mse'],
    ['--optimizer lion', '--optimizer lion: expected one of sgd, momentum, adam'],
    ['--learning-rate 0', '--learning-rate 0: expected a number above 0'],
    ['--learning-rate 1e999', '--learning-rate 1e999: expected a number above 0'],
    ['--seed 4294967296', '--seed 4294967296: expected a whole number from 0 to 4294967295'],
    ['--dataset=', '--dataset "": expected synthetic or the path of a data file'],
    ['train --held-out 1', '--held-out 1: expected a number above 0 and below 1'],
    ['train --epochs ten', '--epochs ten: expected a whole number from 1 to 1000000'],
  ])('names the flag, the value and what is allowed: %s', (line, message) => {
    expect(refusal(line)).toBe(message)
  })

  it.each(['784', '784-', '784-0', '784-65537', '-', '10x10'])('has no layers in %s', (layers) => {
    expect(refusal(`--layers ${layers}`)).toBe(
      `--layers ${layers}: expected at least two widths, the inputs first and the classes last, like 784-256-10, each from 1 to 65536`,
    )
  })

  it('with an unknown flag suggests the nearest', () => {
    expect(refusal('--bach 3')).toBe("unknown option '--bach' (Did you mean --batch?); see --help")
  })

  it('with a flag without its value says so', () => {
    expect(refusal('--batch')).toBe("option '--batch <samples>' argument missing; see --help")
  })

  it('with another word names the commands', () => {
    const expected =
      'expected an experiment, plan, simulate, train, kernels or handoff as the first word, then only flags'
    expect(refusal('tarin')).toBe(`tarin: ${expected}`)
    expect(refusal('--batch 8 train')).toBe(`train: ${expected}`)
    expect(refusal('train digits.csv')).toBe(`digits.csv: ${expected}`)
  })

  it('is one line whatever it was given', () => {
    expect(refusal('--modes serial\ndata')).toContain('--modes "serial\\ndata": expected')
  })
})

describe('options that contradict each other', () => {
  it('are a batch smaller than the ranks that share it', () => {
    expect(refusal('--modes data --threads 1,4 --batch 3')).toBe(
      '--threads 4 with --modes data: 4 ranks that share the batch need at least 4 samples; the batch has 3',
    )
    expect(scaling('--modes data --threads 4 --batch 4').threads).toEqual([4])
  })

  it('are more stages than layers, also where the modes are the default', () => {
    const message = '--threads 4 with --modes layer: 4 stages need at least 4 layers; the model has 2'
    expect(refusal('--threads 4 --layers 10-10-10')).toBe(message)
    expect(refusal('train --modes layer --threads 4 --layers 10-10-10')).toBe(message)
    expect(refusal('train --modes pipeline --threads 5')).toContain('5 stages need at least 5 layers')
    expect(scaling('--threads 4 --layers 10-10-10 --modes serial,data').threads).toEqual([4])
  })

  it('are grids that cannot be, also where the mode was not named', () => {
    expect(refusal('--grid 2x1x1,1x9x1')).toBe(
      '--grid 1x9x1: 9 stages need at least 9 layers; the model has 5',
    )
    expect(refusal('--modes hybrid --grid 4x2x1 --batch 16')).toBe(
      "--grid 4x2x1: 8 microbatches need at least 8 samples; a rank's share of the batch has 4",
    )
    expect(refusal('plan --modes hybrid --grid 1x1x3 --layers 20-32-10')).toBe(
      '--grid 1x1x3: 3 ranks that share a layer need one of at least 33 columns; the widest has 32',
    )
    expect(scaling('--modes hybrid --grid 2x1x1 --layers 10-10').grid).toHaveLength(1)
  })

  it('are a sharded optimizer without the reduction direct, and more chunks than layers', () => {
    expect(refusal('--modes data --threads 2 --shard-optimizer --reduction ring,owner')).toBe(
      '--threads 2 with --modes data: a sharded optimizer needs the reduction direct, not ring',
    )
    expect(scaling('--modes data --threads 2 --shard-optimizer --reduction ring,direct').shardOptimizer).toBe(
      true,
    )
    expect(refusal('--modes pipeline --threads 2 --schedule interleaved --chunks 3')).toBe(
      '--threads 2 with --modes pipeline: 6 stages need at least 6 layers; the model has 5',
    )
    expect(scaling('--modes pipeline --threads 2 --schedule interleaved,gpipe --chunks 3').chunks).toBe(3)
  })

  it('are more microbatches than samples, where the pipeline was asked for', () => {
    const message = '--microbatches 8: expected at most 4, the samples of a step (--batch)'
    expect(refusal('--microbatches 8 --batch 4')).toBe(message)
    expect(scaling('--microbatches 8 --batch 4 --modes layer').microbatches).toBe(4)
  })

  it('are more threads for serial alone', () => {
    expect(refusal('train --threads 2')).toBe(
      '--threads 2 with --modes serial: serial runs on 1 thread, not on 2',
    )
  })

  it('are a label without a file', () => {
    expect(refusal('--label class')).toBe(
      '--label class: expected together with --dataset and the path of a CSV file',
    )
  })

  it('are not thread counts that the program chooses itself', () => {
    expect(scaling('--layers 10-10 --batch 1').threads).toBeUndefined()
  })
})
