import { describe, expect, it } from 'vitest'
import {
  calibrate,
  ordersOf,
  unpredictable,
  type Calibration,
  type Timing,
} from '../../../src/measure/prediction/calibrate.ts'
import type { Cell } from '../../../src/cells/cell.ts'
import type { Session } from '../../../src/measure/session.ts'
import { BUCKETS } from '../../../src/measure/ledger.ts'
import { predict, predictCells } from '../../../src/measure/prediction/predict.ts'
import { predictionError } from '../../../src/measure/prediction/error.ts'
import { keysOf, occurrencesOf } from '../../../src/measure/prediction/occurrences.ts'
import { CORES, smallCell, withCells } from '../../runtime/cells.ts'
import { visitOf } from '../visits.ts'

const always = (ns: number) => ({ medianNs: ns, minNs: ns, rounds: [[ns]] })

/** A calibration in which every instruction takes a thousand nanoseconds alone, and twice that in company. */
function madeUp(cells: readonly Cell[], watchedNs = 0): Calibration {
  const timings = new Map<string, Timing>()
  for (const { plan } of cells) {
    plan.programs.forEach((program, rank) => {
      for (const key of keysOf(plan, rank)) {
        if (key === undefined) continue
        const byThreads = new Map(timings.get(key.name)?.byThreads ?? [[1, always(1000)]])
        if (plan.programs.length > 1) byThreads.set(plan.programs.length, always(2000))
        timings.set(key.name, { key, byThreads })
      }
      expect(program.length).toBeGreaterThan(0)
    })
  }
  const signals = {
    publishNs: 0,
    watchedNs,
    handoffNs: 0,
    wakingNs: 0,
    barrierNs: 0,
    readNs: 0,
    gigabytesPerSecond: Infinity,
  }
  return {
    timings,
    signals: new Map(cells.map(({ plan }) => [plan.programs.length, signals])),
    shapes: timings.size,
    seconds: 0,
  }
}

/** How many instructions of a rank take time of their own. */
const count = ({ plan }: Cell, rank: number): number => keysOf(plan, rank).filter((key) => key !== undefined).length

describe('what is calibrated', () => {
  it('is each shape once alone, and once together as far as there are cores for the ranks', () => {
    const cells = [
      smallCell('serial'),
      smallCell('data', { threads: 2, reduction: 'owner' }),
      smallCell('pipeline', { threads: 3 }),
    ]
    const orders = ordersOf(cells, CORES)
    expect(new Set(orders.map(({ threads }) => threads))).toEqual(new Set([1, 2]))
    for (const { cell, threads, ranks } of orders) {
      const working = ranks.filter((list) => list.length > 0).length
      expect(working).toBe(threads)
      expect(ranks).toHaveLength(cell.plan.programs.length)
    }
    const alone = orders.filter(({ threads }) => threads === 1).flatMap(({ ranks }) => ranks.flat())
    const keys = alone.map(({ key }) => key.name)
    expect(new Set(keys).size).toBe(keys.length)
    const needed = cells.flatMap(({ plan }) => plan.programs.flatMap((_, rank) => keysOf(plan, rank)))
    expect(new Set(keys)).toEqual(new Set(needed.flatMap((key) => key?.name ?? [])))
  })

  it('is every instruction of a key: the first of a step may find another cache than the next', () => {
    const { plan } = smallCell('pipeline', { threads: 2 })
    const all = occurrencesOf(plan, 0)
    for (const { key, indices } of all) for (const index of indices) expect(keysOf(plan, 0)[index]).toEqual(key)
    const timed = all.flatMap(({ indices }) => indices).toSorted((a, b) => a - b)
    expect(timed).toEqual(keysOf(plan, 0).flatMap((key, index) => (key ? [index] : [])))
  })

  it('is not shared by programs that do the same in another order, and so find the caches otherwise', () => {
    const names = (['gpipe', '1f1b'] as const).map((schedule) => {
      const { plan } = smallCell('pipeline', { threads: 2, schedule })
      return keysOf(plan, 0).flatMap((key) => key?.name ?? [])
    })
    expect(names[0].filter((name) => names[1].includes(name))).toEqual([])
    const [serial, layer] = [smallCell('serial'), smallCell('layer', { threads: 1 })]
    expect(keysOf(layer.plan, 0).flatMap((key) => key ?? [])).toEqual(
      keysOf(serial.plan, 0).flatMap((key) => key ?? []),
    )
  })

  it('is a publish beside a rank that watches, too', async () => {
    const asked: string[] = []
    const session = {
      signals: (_: Cell, { what }: { readonly what: string }) => {
        asked.push(what)
        return Promise.resolve(
          [0, 1].map((rank) => ({ rank, times: [Float64Array.of(what === 'watched' ? 4e-4 : 0)] })),
        )
      },
    } as unknown as Session
    // Instructions of cells that hand over in messages are not timed.
    const posting = smallCell('layer', { threads: 2, handoff: 'clone' })
    const { signals } = await calibrate(session, [posting], { cores: CORES, budgetMs: 0 })
    expect(asked).toContain('watched')
    expect(signals.get(2)).toMatchObject({ publishNs: 0, watchedNs: expect.closeTo(400, 6) as number })
  })

  it('is nothing of cells whose time is not in their instructions', () => {
    expect(unpredictable(smallCell('serial'))).toBeUndefined()
    expect(unpredictable(smallCell('data', {}, { dispatch: 'task' }))).toMatch(/main thread/)
    expect(unpredictable(smallCell('layer', { threads: 2, handoff: 'clone' }))).toMatch(/clone/)
  })
})

describe('a prediction', () => {
  it('is the sum of the instructions on one thread', () => {
    const serial = smallCell('serial')
    const instructions = count(serial, 0)
    const { stepNs, bubble, criticalPathNs } = predict(serial, madeUp([serial]), CORES)
    expect([stepNs, bubble, criticalPathNs]).toEqual([1000 * instructions, 0, 1000 * instructions])
  })

  it('takes instructions for slower while other ranks compute, and not while they wait', () => {
    const cells = [smallCell('data', { threads: 2, reduction: 'owner' }), smallCell('layer', { threads: 2 })]
    const calibration = madeUp(cells)
    const [data, layer] = cells.map((cell) => predict(cell, calibration, CORES))
    // The ranks’ shares are not quite equal: at the end one works on alone.
    const most = 1000 * Math.max(count(cells[0], 0), count(cells[0], 1))
    expect(data.stepNs).toBeGreaterThan(1.9 * most)
    expect(data.stepNs).toBeLessThanOrEqual(2 * most)
    // The first stage may still work on its last instructions while the second has ended, and the other way round.
    expect(layer.stepNs).toBeLessThan(1.5 * 1000 * (count(cells[1], 0) + count(cells[1], 1)))
    expect(layer.bubble).toBeGreaterThan(0.3)
  })

  it('has buckets that sum to the step, as the ledger has', () => {
    const cells = [smallCell('pipeline', { threads: 2 }), smallCell('data', { threads: 2 })]
    for (const cell of cells) {
      const { stepNs, buckets } = predict(cell, madeUp(cells), CORES)
      expect([...buckets.values()].reduce((a, b) => a + b)).toBeCloseTo(stepNs, 6)
    }
  })

  it('counts what a publish costs beside a rank that waits for it', () => {
    const cell = smallCell('layer', { threads: 2 })
    const publishes = cell.plan.programs.flat().filter(({ op }) => op === 'publish').length
    const [free, costly] = [0, 300].map((watchedNs) => predict(cell, madeUp([cell], watchedNs), CORES))
    expect(publishes).toBeGreaterThan(0)
    expect(free.buckets.get('other')).toBe(0)
    expect(costly.buckets.get('other')).toBe((300 * publishes) / 2)
  })

  it('lets ranks without a core of their own share the cores', () => {
    const cell = smallCell('data', { threads: 4, reduction: 'owner' })
    const calibration = madeUp([cell])
    expect(predict(cell, calibration, 2).stepNs).toBeGreaterThanOrEqual(1.9 * predict(cell, calibration, 4).stepNs)
  })

  it('is made from real threads for every mode, and says why where there is none', async () => {
    const cells = [
      smallCell('serial'),
      smallCell('data', { threads: 2, reduction: 'tree' }),
      smallCell('pipeline', { threads: 3, schedule: 'zero-bubble' }),
      smallCell('tensor', { threads: 1 }),
      smallCell('layer', { threads: 2, handoff: 'transfer' }),
    ]
    const { of, reasons, calibration } = await withCells(cells, (session) =>
      predictCells(session, cells, { cores: CORES, budgetMs: 50 }),
    )
    expect([...of.keys()]).toEqual(cells.slice(0, 4))
    expect([...reasons.keys()]).toEqual([cells[4]])
    for (const { stepNs, criticalPathNs, buckets, bubble } of of.values()) {
      expect(stepNs).toBeGreaterThan(0)
      expect(criticalPathNs).toBeLessThanOrEqual(stepNs)
      expect([...buckets.keys()]).toEqual([...BUCKETS])
      expect(bubble).toBeGreaterThanOrEqual(0)
      expect(bubble).toBeLessThan(1)
    }
    expect(calibration.shapes).toBe(calibration.timings.size)
  })

  it('does not change the weights that instructions are timed with', async () => {
    const cells = [smallCell('serial')]
    await withCells(cells, async (session) => {
      session.initialise(cells[0])
      const orders = ordersOf(cells, CORES)
      const before = session.weights(cells[0])
      for (const { cell, ranks } of orders) {
        await session.calibrate(
          cell,
          ranks.map((list) => list.flatMap(({ indices }) => indices)),
          1,
          1,
        )
      }
      expect(session.weights(cells[0])).toEqual(before)
      await calibrate(session, cells, { cores: CORES, budgetMs: 10 })
    })
  })
})

describe('the error of a prediction', () => {
  it('is a share of what was measured, and names the bucket that differs most', () => {
    const cell = smallCell('layer', { threads: 2 })
    const zero = new Map(BUCKETS.map((bucket) => [bucket, 0]))
    const prediction = {
      stepNs: 900,
      bubble: 0,
      criticalPathNs: 900,
      handoffNs: 0,
      barrierNs: 0,
      buckets: new Map([...zero, ['forward' as const, 700], ['wait-receive' as const, 200]]),
    }
    const spent = [
      { forward: 600, 'wait-receive': 400 },
      { forward: 800, 'wait-receive': 200 },
    ]
    const visits = [visitOf(cell, [5000, 1000], { warmUp: 1, spent })]
    expect(predictionError([{ block: 0, prediction }], visits)).toEqual({
      share: expect.closeTo(-0.1, 12),
      predictedNs: 900,
      measuredNs: 1000,
      bucket: 'wait-receive',
      bucketPredictedNs: 200,
      bucketMeasuredNs: 300,
    })
  })

  it('compares each session with what was predicted of it: a machine that gets slower is no error', () => {
    const cell = smallCell('serial')
    const { buckets } = predict(cell, madeUp([cell]), CORES)
    const foretold = (stepNs: number) => ({
      stepNs,
      bubble: 0,
      criticalPathNs: stepNs,
      handoffNs: 0,
      barrierNs: 0,
      buckets,
    })
    const forecasts = [1000, 1200, 1400, 5000].map((stepNs, block) => ({ block, prediction: foretold(stepNs) }))
    const visits = [1000, 1200, 1400].map((stepNs, block) => visitOf(cell, [stepNs], { block }))
    expect(predictionError(forecasts, visits)).toMatchObject({ share: 0, predictedNs: 1200, measuredNs: 1200 })
    expect(predictionError([{ block: 7, prediction: foretold(1000) }], visits)).toBeUndefined()
    expect(predictionError([{ block: 0, prediction: undefined }], visits)).toBeUndefined()
  })
})
