import { describe, expect, it } from 'vitest'
import { countsWithin, measureBatches, measureParts } from '../../src/measure/growth.ts'
import type { RankReport } from '../../src/runtime/orders.ts'
import type { Cell } from '../../src/cells/cell.ts'
import { smallCell } from '../runtime/cells.ts'

describe('counts of batches', () => {
  it.each([
    [0.1, [10, 100, 1000]],
    [3, [10, 100, 1000]],
    [3.1, [3, 30, 300]],
    [10.1, [3, 10, 30]],
    [100.1, [1, 2, 4]],
    [800, [1, 2]],
    [5000, [1]],
  ])('are as large as steps of %d ms allow within 3 s', (stepMs, counts) => {
    expect(countsWithin(stepMs, 3000)).toEqual(counts)
  })
})

/** A session that has no threads, in which the n-th run of a count takes n ms a step. */
function madeUpSession() {
  const counts: number[] = []
  const run = ({ plan }: Cell, _warmUp: number, measured: number): Promise<RankReport[]> => {
    counts.push(measured)
    const stepMs = counts.filter((count) => count === measured).length
    const reports = plan.programs.map(({ length }, rank) => ({
      rank,
      threadId: rank + 1,
      heapGrowth: 0,
      arrivals: Float64Array.from({ length: measured + 1 }, (_, step) => step * stepMs),
      begun: 0,
      spent: new Float64Array(length + 1),
      stamps: new Float64Array(length + 1),
    }))
    return Promise.resolve(reports)
  }
  return { counts, session: { run, initialise: () => undefined } }
}

async function collected<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

const USUAL = [10, 100, 1000]

describe('a repetition over batches', () => {
  const layer = smallCell('layer', { threads: 2 })
  /** Without the warm-up, which is of two runs. */
  const ordersOf = async (seed: number, repetition: number) => {
    const { counts, session } = madeUpSession()
    const points = await collected(measureBatches(session, [layer], USUAL, repetition, seed))
    return { order: counts.slice(2), points }
  }

  it('runs the counts in an order that depends on the seed and on the repetition alone', async () => {
    const orders = await Promise.all(
      [0, 1, 2, 3].flatMap((repetition) => [1, 1, 2].map((seed) => ordersOf(seed, repetition))),
    )
    const texts = orders.map(({ order }) => order.join())
    for (let at = 0; at < texts.length; at += 3) expect(texts[at]).toBe(texts[at + 1])
    expect(new Set(texts).size).toBeGreaterThan(4)
    for (const { order } of orders) {
      expect(order.toSorted((a, b) => a - b)).toEqual([10, 10, 10, 10, 10, 100, 1000])
    }
  })

  it('has one time for each count: that of the shortest is the median of five runs', async () => {
    const { points } = await ordersOf(1, 2)
    expect(points.map(({ value, repetition, wallNs, runs }) => [value, repetition, wallNs, runs.length])).toEqual([
      [10, 2, 30e6, 5],
      [100, 2, 100e6, 1],
      [1000, 2, 1000e6, 1],
    ])
  })
})

describe('a repetition over parts', () => {
  it('has the median step of each cell, by its number of parts', async () => {
    const { session } = madeUpSession()
    const cells = [smallCell('layer'), smallCell('layer', { threads: 2 })]
    const points = await collected(measureParts(session, cells, 'model', 3))
    expect(points.map(({ variable, value, repetition }) => [variable, value, repetition])).toEqual([
      ['model', 1, 3],
      ['model', 2, 3],
    ])
    for (const { wallNs, runs } of points) expect(runs[0].stepNs).toContain(wallNs)
  })
})
