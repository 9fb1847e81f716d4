import { describe, expect, it } from 'vitest'
import type { Cell } from '../../src/cells/cell.ts'
import { runBlock, type Visit } from '../../src/measure/blocks.ts'
import type { Session } from '../../src/measure/session.ts'
import { smallCell } from '../runtime/cells.ts'

const cells = [smallCell('serial'), smallCell('layer', { threads: 1 }), smallCell('tensor', { threads: 1 })]
const LENGTH = { seed: 1, visitMs: 100 }

/** A session whose steps take what `msOf` says of their number, from 0; it notes how it was asked to run. */
function madeUp(msOf: (step: number) => number) {
  const asked: { readonly cell: Cell; readonly warmUp: number; readonly steps: number; readonly done: number }[] = []
  const session = {
    initialise: () => {},
    run: (cell: Cell, warmUp: number, steps: number, done: number) => {
      asked.push({ cell, warmUp, steps, done })
      const arrivals = new Float64Array(warmUp + steps + 1)
      for (let step = 0; step < warmUp + steps; step++) arrivals[step + 1] = arrivals[step] + msOf(done + step)
      const { length } = cell.plan.programs[0]
      const [spent, stamps] = [new Float64Array(length + 1), new Float64Array(length + 1)]
      return Promise.resolve([{ rank: 0, threadId: 1, spent, stamps, begun: 0, arrivals, cpuMs: undefined }])
    },
    weights: () => [[Float32Array.of(1)]],
  } as unknown as Session
  return { session, asked }
}

async function visitsOf(msOf: (step: number) => number, length = LENGTH, block = 0) {
  const { session, asked } = madeUp(msOf)
  const visits: Visit[] = []
  for await (const visit of runBlock(session, cells, block, length)) visits.push(visit)
  return { visits, asked }
}

const orderOf = async (block: number) => (await visitsOf(() => 1, LENGTH, block)).visits.map(({ cell }) => cell)

describe('a block', () => {
  it('visits every cell once, in an order that depends on the seed and the block alone', async () => {
    const orders = await Promise.all([0, 1, 2, 3, 4, 5].map(orderOf))
    for (const order of orders) expect(new Set(order)).toEqual(new Set(cells))
    expect(new Set(orders.map((order) => order.map((cell) => cells.indexOf(cell)).join())).size).toBeGreaterThan(1)
    expect(await orderOf(0)).toEqual(orders[0])
  })
})

describe('a visit', () => {
  it('measures as many steps as fill its time, or as many as were asked for', async () => {
    const { visits } = await visitsOf(() => 2)
    for (const { stepNs, warmUp } of visits) expect(stepNs.length - warmUp).toBe(50)
    const asked = await visitsOf(() => 2, { ...LENGTH, steps: 7 } as typeof LENGTH)
    for (const { stepNs, warmUp } of asked.visits) expect(stepNs.length - warmUp).toBe(7)
  })

  it('measures at least three steps, however long they take', async () => {
    const { visits } = await visitsOf(() => 5000)
    for (const { stepNs, warmUp } of visits) expect(stepNs.length - warmUp).toBe(3)
  })

  it('warms up until two chunks in a row take the same time', async () => {
    // Steps that get faster until the tenth, as V8 compiles them.
    const { visits } = await visitsOf((step) => Math.max(1, 4 - step / 3))
    for (const { stepNs, warmUp } of visits) expect(new Set(stepNs.slice(warmUp))).toEqual(new Set([1e6]))
  })

  it('does not warm up for ever where no two chunks agree', async () => {
    const { asked } = await visitsOf((step) => 1 + (step % 100))
    for (const cell of cells) expect(asked.filter((each) => each.cell === cell).length).toBeLessThanOrEqual(8)
  })

  it('goes on with the steps that follow, and does not count those after a pause', async () => {
    const { visits, asked } = await visitsOf(() => 2)
    for (const { cell, stepNs, warmUp } of visits) {
      const own = asked.filter((each) => each.cell === cell)
      own.reduce((done, each) => {
        expect(each.done).toBe(done)
        return done + each.warmUp + each.steps
      }, 0)
      const last = own[own.length - 1]
      expect(warmUp).toBe(last.done + last.warmUp)
      expect(stepNs).toHaveLength(warmUp + last.steps)
    }
  })
})
