import { describe, expect, it } from 'vitest'
import { DEFAULTS, refusal, scaling } from './command-lines.ts'

describe('options that contradict each other', () => {
  it('are a batch smaller than the ranks that share it', () => {
    expect(scaling('--modes data --threads 1,4 --batch 3').threads).toEqual([1, 4])
    expect(refusal('--modes data --threads 4 --batch 3')).toBe(
      '--threads 4 with --modes data: 4 ranks that share the batch need at least 4 samples; the batch has 3',
    )
    expect(scaling('--modes data --threads 4 --batch 4').threads).toEqual([4])
  })

  it('are more stages than layers', () => {
    const message =
      '--threads 4 with --modes layer: 4 stages need at least 4 layers; the model has 2; try --layers 10-10-10-10-10'
    expect(refusal('--modes layer --threads 4 --layers 10-10-10')).toBe(message)
    expect(refusal('--modes layer,pipeline --threads 4 --layers 10-10-10')).toBe(message)
    expect(refusal('--modes layer --threads 4,5 --layers 10-10-10')).toBe(message)
    expect(refusal('train --modes layer --threads 4 --layers 10-10-10')).toBe(message)
    expect(refusal('train --modes pipeline --threads 5')).toContain('5 stages need at least 5 layers')
    expect(scaling('--threads 4 --layers 10-10-10 --modes serial,data').threads).toEqual([4])
  })

  it('are not those of which something is possible: the rest is skipped', () => {
    expect(scaling('--threads 4 --layers 10-10-10').modes).toEqual(DEFAULTS.modes)
    expect(scaling('--modes layer --threads 2,4 --layers 10-10-10').threads).toEqual([2, 4])
    expect(scaling('--modes data,layer --threads 4 --layers 10-10-10').modes).toEqual(['data', 'layer'])
    expect(refusal('--modes tensor,layer --threads 4 --layers 10-10-10')).toBe(
      '--threads 4 with --modes tensor: 4 ranks that share a layer need one of at least 49 columns; the widest has 10',
    )
  })

  it('are grids that cannot be, also where the mode was not named', () => {
    expect(refusal('--grid 2x1x1,1x9x1')).toBe(
      '--grid 1x9x1: 9 stages need at least 9 layers; the model has 5; try --layers 784-256-256-256-256-256-256-256-256-10',
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
    expect(scaling('--modes data --threads 2 --shard-optimizer --reduction ring,direct').shardOptimizer).toBe(true)
    expect(refusal('--modes pipeline --threads 2 --schedule interleaved --chunks 3')).toBe(
      '--threads 2 with --modes pipeline: 6 stages need at least 6 layers; the model has 5; try --layers 784-256-256-256-256-256-10',
    )
    expect(scaling('--modes pipeline --threads 2 --schedule interleaved,gpipe --chunks 3').chunks).toBe(3)
  })

  it('are more microbatches than samples, where the pipeline was asked for', () => {
    const message = '--microbatches 8: expected at most 4, the samples of a step (--batch)'
    expect(refusal('--microbatches 8 --batch 4')).toBe(message)
    expect(scaling('--microbatches 8 --batch 4 --modes layer').microbatches).toBe(4)
  })

  it('are more threads for serial alone', () => {
    expect(refusal('train --threads 2')).toBe('--threads 2 with --modes serial: serial runs on 1 thread, not on 2')
  })

  it('are a label without a file', () => {
    expect(refusal('--label class')).toBe('--label class: expected together with --dataset and the path of a CSV file')
  })

  it('are not thread counts that the program chooses itself', () => {
    expect(scaling('--layers 10-10 --batch 1').threads).toBeUndefined()
  })
})
