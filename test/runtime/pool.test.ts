import { describe, expect, it } from 'vitest'
import { listed, openPool, patienceOf, RankError, type Pool } from '../../src/runtime/pool.ts'
import type { PoolOrder } from './pool-worker.ts'

const THREADS = 3
const worker = new URL('pool-worker.js', import.meta.url)
const where = (index: number) => `order ${index}`

/** What keeps this process alive, threads among it. */
const handles = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker')

/** Those of the test runner itself. */
const before = handles()

type Deeds = readonly PoolOrder['does'][]

/** Orders whose threads share cells. */
const ordersFor = (deeds: Deeds): PoolOrder[] => {
  const cells = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  return deeds.map((does) => ({ does, cells }))
}
const ANSWERS: Deeds = ['answer', 'answer', 'answer']

/** Lets a pool work whose threads have started, and sees that none is left when it has been closed. */
async function withPool(
  work: (pool: Pool<PoolOrder, number>, first: readonly number[]) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const pool = openPool<PoolOrder, number>({ threads: THREADS, worker, signal })
  try {
    await work(pool, await pool.start(ordersFor(ANSWERS), where))
  } finally {
    await pool.close()
  }
  // A thread that has ended is forgotten some turns of the event loop later.
  await expect.poll(handles).toEqual(before)
}

const watching = (cells: Int32Array, patience: number) => ({
  cells,
  patience,
  explain: (stall: string) => `a test: ${stall}`,
})

describe('a pool', () => {
  it('gives each thread one of the orders, again and again', () =>
    withPool(async (pool, first) => {
      expect(new Set(first).size).toBe(THREADS)
      for (let round = 0; round < 20; round++) {
        const answers = await pool.each(ordersFor(ANSWERS), where)
        expect(new Set(answers)).toEqual(new Set(first))
      }
    }))

  it('refuses more or fewer orders than threads, some of which would wait for ever', () =>
    withPool(async (pool) => {
      await expect(pool.each(ordersFor(['answer']), where)).rejects.toThrow('1 orders for 3 threads')
    }))

  it('says which order failed, and keeps the cause', () =>
    withPool(async (pool) => {
      const error: unknown = await pool
        .each(ordersFor(['answer', 'throw', 'answer']), where)
        .catch((each: unknown) => each)
      expect(error).toBeInstanceOf(RankError)
      expect(error).toMatchObject({ message: 'order 1: the order is lost', cause: expect.any(TypeError) })
    }))

  it('that fails at its start has ended all threads, also if their module cannot be loaded', async () => {
    for (const [module, message] of [
      ['pool-worker.js', 'order 2: the order is lost'],
      ['broken-worker.js', /^order \d: this worker cannot be loaded/],
    ] as const) {
      const pool = openPool<PoolOrder, number>({ threads: THREADS, worker: new URL(module, import.meta.url) })
      const orders = ordersFor(['answer', 'answer', 'throw'])
      await expect(pool.start(orders, where)).rejects.toThrow(message)
      await expect.poll(handles).toEqual(before)
    }
  })

  it('ends when nothing moves any more, and frees the threads that wait', () =>
    withPool(async (pool) => {
      const all = ordersFor(['stall', 'answer', 'stall'])
      const work = () => pool.each(all, where)
      await expect(pool.watched(watching(all[0].cells, 300), work)).rejects.toThrow(
        /^a test: nothing has moved for 0\.3 s$/,
      )
      await expect.poll(handles).toEqual(before)
    }))

  it('ends when one order fails, though others go on', () =>
    withPool(async (pool) => {
      const all = ordersFor(['move', 'throw', 'stall'])
      const work = () => pool.each(all, where)
      await expect(pool.watched(watching(all[0].cells, 1e6), work)).rejects.toThrow('order 1: the order is lost')
      await expect.poll(handles).toEqual(before)
    }))

  it('is destroyed once, however often and by whomever it is closed', () => {
    const controller = new AbortController()
    return withPool(async (pool) => {
      const closed = [pool.close(), pool.close()]
      controller.abort()
      await Promise.all([...closed, pool.close()])
    }, controller.signal)
  })

  it('ends when its signal aborts, and does not begin afterwards', async () => {
    const controller = new AbortController()
    await withPool(async (pool) => {
      const all = ordersFor(['stall', 'stall', 'stall'])
      const work = pool.watched(watching(all[0].cells, 1e6), () => pool.each(all, where))
      const outcome = expect(work).rejects.toThrow(/^order \d: /)
      controller.abort()
      await outcome
    }, controller.signal)
    expect(() => openPool({ threads: 1, worker, signal: controller.signal })).toThrow(/aborted/)
  })
})

describe('patience', () => {
  it('is the same where each thread has a core, and grows with threads per core', () => {
    expect(patienceOf(2, 2)).toBe(patienceOf(1, 64))
    expect(patienceOf(64, 2)).toBe(32 * patienceOf(2, 2))
  })

  it('grows with the work between two movements', () => {
    const second = patienceOf(1, 1, 40e6) - patienceOf(1, 1, 20e6)
    expect(second).toBe(1000)
  })
})

describe('a list for people', () => {
  it('is whole when it is short, and else says how much is left out', () => {
    const ranks = Array.from({ length: 64 }, (_, rank) => `rank ${rank}`)
    expect(listed([])).toBe('')
    expect(listed(ranks.slice(0, 4))).toBe('rank 0; rank 1; rank 2; rank 3')
    expect(listed(ranks)).toBe('rank 0; rank 1; rank 2; rank 3; and 60 more')
  })
})
