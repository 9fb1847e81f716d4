import { describe, expect, it } from 'vitest'
import { chooseKernel } from '../../src/kernels/choose.ts'
import { openSession } from '../../src/measure/session.ts'
import { RankError } from '../../src/runtime/pool.ts'
import type { KernelName } from '../../src/kernels/kernel.ts'
import type { Cell } from '../../src/cells/cell.ts'
import { batchesFor, smallCell } from './cells.ts'

const SECONDS = 10
/** Filling the heap is no stall. */
const PATIENCE_MS: Readonly<Record<string, number>> = { 'out-of-memory': 1000 * SECONDS }
/** The barrier waits and the pipeline waits: in both the peers would wait for ever. */
const pipeline = smallCell('pipeline', { threads: 3, microbatches: 1 })

/**
 * Runs a cell, some rank of which fails at its third loss, or measures limits, where one thread stalls. Gives the error and
 * how long it took to come.
 */
async function fail(
  fault: string,
  cell: Cell = pipeline,
  worker = 'faulty-worker.js',
  limit?: 'peak' | 'bandwidths',
  module?: WebAssembly.Module,
) {
  const start = performance.now()
  try {
    const session = await openSession({
      cells: [cell],
      batches: 2,
      seed: 1,
      cores: 2,
      // The worker takes the name for that of its fault.
      kernel: { name: fault as KernelName, arithmetic: 'f32', ...(module && { module }) },
      worker: new URL(worker, import.meta.url),
      patience: PATIENCE_MS[fault] ?? 1000,
    })
    session.load(batchesFor(cell))
    session.initialise(cell)
    await (limit ? session[limit](3) : session.run(cell, 0, 100, 0))
  } catch (error) {
    if (!(error instanceof RankError)) throw error
    return { message: error.message, seconds: (performance.now() - start) / 1000 }
  }
  throw new Error('no fault was noticed')
}

/** What keeps this process alive, threads among it. */
const handles = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker')

/** Those of the test runner itself. */
const before = handles()

describe('a rank that fails ends the run in seconds, names rank, step and cause, and leaves no thread behind:', () => {
  it.each([
    ['throw', /^rank 2 of 3 failed, step 2, instruction \d+ \(loss\): the loss is lost$/],
    ['exit', /^rank 2 of 3 failed, step 2, instruction \d+ \(loss\): .*exited with code: 7/],
    ['out-of-memory', /^rank 2 of 3 failed, step 2, instruction \d+ \(loss\): .*memory limit/],
    ['stall', /^nothing has moved for 1\.0 s; stalled: rank 2, step 2, instruction \d+ \(loss\)$/],
    ['spin', /^nothing has moved for 1\.0 s; stalled: rank 2, step 2, instruction \d+ \(loss\)$/],
  ])('%s', async (fault, expected) => {
    const { message, seconds } = await fail(fault)
    expect(message).toMatch(expected)
    expect(seconds).toBeLessThan(SECONDS)
    // A thread that has ended is forgotten some turns of the event loop later.
    await expect.poll(handles).toEqual(before)
  })

  // A task runs on whatever thread is free, so the third loss of a thread need not be that of the third step.
  const task = { dispatch: 'task' } as const
  it.each<[string, string, Cell, RegExp]>([
    [
      'throw',
      'messages are transferred',
      smallCell('pipeline', { threads: 3, microbatches: 1, handoff: 'transfer' }),
      /^rank 2 of 3 failed, step 2, instruction \d+ \(loss\): the loss is lost$/,
    ],
    [
      'exit',
      'messages are cloned',
      smallCell('layer', { threads: 3, handoff: 'clone' }),
      /^rank 2 of 3 failed, step 2, instruction \d+ \(loss\): .*exited with code: 7/,
    ],
    [
      'stall',
      'messages are transferred',
      smallCell('layer', { threads: 2, handoff: 'transfer' }),
      /^nothing has moved for 1\.0 s; stalled: rank 1, step 2, instruction \d+ \(loss\)$/,
    ],
    [
      'throw',
      'steps are tasks',
      smallCell('layer', { threads: 3 }, task),
      /^rank 2 of 3 failed, step \d+, instruction \d+ \(.+\): the loss is lost$/,
    ],
    [
      'exit',
      'steps are tasks',
      smallCell('data', { threads: 2 }, task),
      /^rank [01] of 2 failed, step \d+, instruction \d+ \(.+\): .*exited with code: 7/,
    ],
    [
      'spin',
      'steps are tasks',
      smallCell('layer', { threads: 2 }, task),
      /^nothing has moved for 1\.0 s; stalled: rank 1, step \d+, instruction \d+ \(.+\)$/,
    ],
  ])('%s, where %s', async (fault, _, cell, expected) => {
    const { message, seconds } = await fail(fault, cell)
    expect(message).toMatch(expected)
    expect(seconds).toBeLessThan(SECONDS)
    await expect.poll(handles).toEqual(before)
  })

  it.each([
    ['the others are done', 'peak', undefined],
    ['the others wait for it', 'bandwidths', chooseKernel('simd').choice.module],
  ] as const)('stall, while limits are measured and %s', async (_, limit, module) => {
    const { message, seconds } = await fail('stall', pipeline, 'faulty-worker.js', limit, module)
    expect(message).toMatch(/^nothing has moved for 1\.0 s; stalled: rank 0, while limits are measured; rank 1, /)
    expect(seconds).toBeLessThan(SECONDS)
    await expect.poll(handles).toEqual(before)
  })

  it('a module that cannot be loaded', async () => {
    const { message } = await fail('throw', pipeline, 'broken-worker.js')
    expect(message).toMatch(/^rank \d of 3 could not start: this worker cannot be loaded/)
  })

  it('the user, who closes the session while it runs', async () => {
    const session = await openSession({
      cells: [pipeline],
      batches: 2,
      seed: 1,
      cores: 2,
      kernel: { name: 'js', arithmetic: 'f32' },
    })
    session.load(batchesFor(pipeline))
    session.initialise(pipeline)
    const run = session.run(pipeline, 0, 10_000_000, 0)
    const outcome = expect(run).rejects.toThrow(/^rank \d of 3 failed/)
    setTimeout(() => void session.close(), 200)
    await outcome
    await session.close()
  })
})
