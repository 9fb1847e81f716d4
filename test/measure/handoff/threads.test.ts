import { describe, expect, it } from 'vitest'
import { measureRoundTrips } from '../../../src/measure/handoff/between-ranks.ts'
import { measureStartUp } from '../../../src/measure/handoff/from-main.ts'
import type { Conditions } from '../../../src/measure/handoff/measurement.ts'
import { openThreads, together } from '../../../src/measure/handoff/ranks.ts'
import { RankError } from '../../../src/runtime/pool.ts'
import type { FaultyTask } from './faulty-part.ts'

const SECONDS = 10
const PACE = { warmUpMs: 0, measuredMs: 1000 * SECONDS, fewest: 5, most: 1_000_000_000 }
const conditions: Conditions = { cores: 2, signal: new AbortController().signal, patience: 1000 }

const handles = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker')

/** Those of the test runner itself. */
const before = handles()

/** Two ranks, of which the second has a fault; gives the answers. */
async function run(fault: string, module = 'faulty-part.js') {
  const threads = openThreads<FaultyTask, number>(2, new URL(module, import.meta.url), conditions)
  const { progress } = threads
  try {
    return await together(
      threads,
      'a test',
      [0, 1].map((rank) => ({ rank, fault, progress })),
    )
  } finally {
    await threads.close()
  }
}

/** The error that ends some work, which has to come soon. */
async function errorOf(work: Promise<unknown>): Promise<unknown> {
  const start = performance.now()
  try {
    await work
  } catch (error) {
    expect(performance.now() - start).toBeLessThan(1000 * SECONDS)
    return error
  }
  throw new Error('no fault was noticed')
}

describe('the threads of a measurement', () => {
  it('answer in the order of the tasks', async () => {
    expect(await run('none')).toEqual([0, 1])
  })

  it.each([
    ['throw', /^a test: rank 1 of 2 failed after try 3: the handoff is lost$/],
    ['exit', /^a test: rank 1 of 2 failed after try 3: .*exited with code: 7/],
    ['stall', /^a test: nothing has moved for 1\.0 s; rank 0 after try 0; rank 1 after try 3$/],
    ['spin', /^a test: nothing has moved for 1\.0 s; rank 0 after try 0; rank 1 after try 3$/],
  ])('end with an error when one has the fault "%s", and none is left behind', async (fault, expected) => {
    const error = await errorOf(run(fault))
    expect(error).toBeInstanceOf(RankError)
    expect((error as RankError).message).toMatch(expected)
    await expect.poll(handles).toEqual(before)
  })

  it('end with an error when their module cannot be loaded', async () => {
    const error = await errorOf(run('none', '../../runtime/broken-worker.js'))
    expect((error as RankError).message).toMatch(/^a test: rank \d of 2 failed .*this worker cannot be loaded/)
    await expect.poll(handles).toEqual(before)
  })

  it.each([
    ['while they hand over', (of: Conditions) => measureRoundTrips(of, PACE)],
    ['while they are started', (of: Conditions) => measureStartUp(of, [2], PACE)],
  ])('end when the user wants it, %s', async (_, measure) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 300)
    await errorOf(measure({ ...conditions, signal: controller.signal }).next())
    await expect.poll(handles).toEqual(before)
  })
})
