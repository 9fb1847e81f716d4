import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { awaitCounter, COUNTER_CELLS, publish } from '../../src/runtime/counter.ts'

const ROUNDS = 2000

/** A thread that answers each publish of counter 0 with one of counter 1. */
const echo = (cells: Int32Array, spins: number, start: number): Worker =>
  new Worker(
    `const { workerData: { url, cells, spins, rounds, start } } = require('node:worker_threads')
    import(url).then(({ awaitCounter, publish, COUNTER_CELLS }) => {
      for (let k = 1; k <= rounds; k++) {
        awaitCounter(cells, 0, (start + k) | 0, spins)
        publish(cells, COUNTER_CELLS)
      }
    })`,
    {
      eval: true,
      workerData: {
        url: new URL('../../src/runtime/counter.js', import.meta.url).href,
        cells,
        spins,
        rounds: ROUNDS,
        start,
      },
    },
  )

describe('a counter', () => {
  it.each([
    ['sleeps at once', 0, 0],
    ['spins a little, then sleeps', 30, 0],
    ['spins', 1_000_000, 0],
    ['wraps around 2³¹', 30, 2 ** 31 - ROUNDS / 2],
  ])('never misses a publish when the waiter %s', async (_, spins, start) => {
    const cells = new Int32Array(new SharedArrayBuffer(2 * COUNTER_CELLS * 4))
    cells[0] = start
    const worker = echo(cells, spins, start)
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    for (let k = 1; k <= ROUNDS; k++) {
      publish(cells, 0)
      awaitCounter(cells, COUNTER_CELLS, k, spins)
    }
    expect(await ended).toBe(0)
    expect(cells[COUNTER_CELLS]).toBe(ROUNDS)
  })
})
