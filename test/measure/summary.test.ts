import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { karpFlatt, speedupIsWithin, spreadOf, summarise } from '../../src/measure/summary.ts'
import { stepFlop } from '../../src/model/shape.ts'
import { smallCell } from '../runtime/cells.ts'
import { visitOf } from './visits.ts'

const serial = smallCell('serial')
const data = smallCell('data', { threads: 2 })
const layer = smallCell('layer', { threads: 2 })

/** One visit per block, each of one step. */
const blocksOf = (cell: typeof serial, ...steps: number[]) => steps.map((ns, block) => visitOf(cell, [ns], { block }))

describe('the summary of a cell', () => {
  it('is about measured steps only', () => {
    const visits = [
      visitOf(serial, [9000, 8000, 100, 200, 300], { warmUp: 2 }),
      visitOf(serial, [1, 500, 700], { block: 1, warmUp: 1 }),
    ]
    const { samples, minNs, medianNs } = summarise(serial, visits, [])
    expect(samples).toBe(5)
    expect(minNs).toBe(100)
    expect(medianNs).toBe(400)
  })

  it('has the median of the blocks’ medians, not that of all steps', () => {
    const visits = [
      visitOf(serial, [10, 10, 10, 10, 10, 10]),
      visitOf(serial, [20, 30, 1000], { block: 1 }),
      visitOf(serial, [40], { block: 2 }),
    ]
    expect(summarise(serial, visits, []).medianNs).toBe(30)
  })

  it('has an interval over blocks that holds the median, and the tails of all steps', () => {
    const steps = Array.from({ length: 101 }, (_, i) => 1000 + i)
    const visits = [0, 1, 2, 3, 4, 5].map((block) => visitOf(serial, steps, { block }))
    const same = summarise(serial, visits, [])
    expect(same.interval).toEqual({ low: 1050, high: 1050 })
    expect([same.minNs, same.p05Ns, same.p95Ns]).toEqual([1000, 1005, 1095])
    const { interval } = summarise(serial, blocksOf(serial, 50, 30, 90, 10, 70, 60), [])
    expect(interval).toEqual({ low: 10, high: 90 })
  })

  it('pairs the speed-up within blocks: drift that slows a whole block is not in it', () => {
    const reference = blocksOf(serial, 100, 300, 600, 400, 200, 800)
    const { speedup, speedupInterval, efficiency } = summarise(
      data,
      blocksOf(data, 50, 300, 100, 200, 100, 400),
      reference,
    )
    // The ratio of the medians would be 3.
    expect(speedup).toBe(2)
    expect(speedupInterval).toEqual({ low: 1, high: 6 })
    expect(efficiency).toBe(1)
    const drift = [1, 2, 10, 3, 5, 1]
    const [own, others] = [drift.map((factor) => 80 * factor), drift.map((factor) => 100 * factor)]
    const drifting = summarise(data, blocksOf(data, ...own), blocksOf(serial, ...others))
    expect(drifting.speedupInterval).toEqual({ low: 1.25, high: 1.25 })
  })

  it('leaves blocks without serial out of the speed-up, and has none if there is no such block', () => {
    const visits = blocksOf(data, 50, 100, 1)
    expect(summarise(data, visits, blocksOf(serial, 100, 100)).speedup).toBe(1.5)
    const { speedup, speedupInterval, efficiency, karpFlatt: fraction } = summarise(data, visits, [])
    expect([speedup, speedupInterval, efficiency, fraction]).toEqual([undefined, undefined, undefined, undefined])
  })

  it('finds serial exactly as fast as itself, and no serial fraction on one thread', () => {
    const visits = blocksOf(serial, 100, 130, 90)
    const summary = summarise(serial, visits, visits)
    expect(summary.speedup).toBe(1)
    expect(summary.speedupInterval).toEqual({ low: 1, high: 1 })
    expect(summary.efficiency).toBe(1)
    expect(summary.karpFlatt).toBeUndefined()
  })

  it('has rates that belong to the median step', () => {
    const { samplesPerSecond, gflops } = summarise(serial, blocksOf(serial, 1000, 2000, 4000), [])
    expect(samplesPerSecond).toBeCloseTo(48 / 2e-6, 3)
    expect(gflops).toBe(stepFlop(serial.plan.model, 48) / 2000)
  })

  it('counts as bubble what ranks waited, for whatever cause, of the time of all ranks', () => {
    const visits = [
      visitOf(layer, [9999, 400, 600], {
        warmUp: 1,
        spent: [
          { forward: 850, 'wait-receive': 100, 'wait-credit': 50 },
          { update: 600, 'wait-barrier': 300, other: 100 },
        ],
      }),
      visitOf(layer, [1000], {
        block: 1,
        spent: [{ 'backward-input': 1000 }, { forward: 450, 'wait-receive': 550 }],
      }),
    ]
    expect(summarise(layer, visits, []).bubbleFraction).toBe((100 + 50 + 300 + 550) / 4000)
  })

  it('has beside it the bubble that the plan itself leaves', () => {
    expect(summarise(serial, blocksOf(serial, 1), []).bubbleFractionIdeal).toBe(0)
    expect(summarise(data, blocksOf(data, 1), []).bubbleFractionIdeal).toBe(0)
    expect(summarise(layer, blocksOf(layer, 1), []).bubbleFractionIdeal).toBeCloseTo(0.5, 10)
  })

  it('of no visits is an error', () => {
    expect(() => summarise(serial, [], [])).toThrow(RangeError)
  })
})

describe('the serial fraction of Karp and Flatt', () => {
  it('is 0 for a speed-up of p on p threads and 1 for none', () => {
    for (const threads of [2, 3, 4, 7, 8, 64]) {
      expect(karpFlatt(threads, threads)).toBe(0)
      expect(karpFlatt(1, threads)).toBe(1)
    }
  })

  it('is the σ that Amdahl’s law gives the speed-up for; above 1 for a slow-down, below 0 beyond linear', () => {
    const sigma = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(sigma, fc.integer({ min: 2, max: 64 }), (fraction, threads) => {
        const speedup = 1 / (fraction + (1 - fraction) / threads)
        expect(karpFlatt(speedup, threads)).toBeCloseTo(fraction, 10)
      }),
    )
    expect(karpFlatt(0.5, 2)).toBe(3)
    expect(karpFlatt(3, 2)).toBeLessThan(0)
  })
})

/** Of steps of a cell in blocks in which serial takes 1000 ns. */
const within = (share: number, ...splits: number[]) => {
  const visits = [...blocksOf(serial, ...splits.map(() => 1000)), ...blocksOf(layer, ...splits)]
  return speedupIsWithin(share, visits, layer, serial)
}

it('the spread of cells is the typical one of logarithms between blocks, whatever one noisy cell does', () => {
  const shares = [0.9, 1, 1.1]
  const cell = (...factors: number[]) => blocksOf(layer, ...factors.map((factor) => 1000 * factor))
  const { step, speedup } = spreadOf(
    [cell(...shares), cell(...shares), cell(1, 9, 0.1)],
    blocksOf(serial, 900, 1000, 1100),
  )
  // Drift that slows a whole block is not in the speed-ups.
  expect(speedup).toBeCloseTo(0, 12)
  // The median of three variances with two degrees of freedom is about 0.7 of the true one.
  expect(step).toBeGreaterThan(0.1 ** 2)
  expect(step).toBeLessThan(0.1 ** 2 / 0.65)
  expect(spreadOf([cell(1)], blocksOf(serial, 1000))).toEqual({ step: 0, speedup: 0 })
})

describe('a speed-up is known well enough', () => {
  it('if its interval reaches no further than a share of it, up and down', () => {
    expect(within(0.02, 500, 501, 499, 502, 498, 500)).toBe(true)
    expect(within(0.02, 500, 501, 499, 502, 498, 520)).toBe(false)
    expect(within(0.02, 500, 501, 499, 502, 498, 480)).toBe(false)
    expect(within(0.05, 500, 501, 499, 502, 498, 520)).toBe(true)
  })

  it('never from a single block', () => {
    expect(within(Infinity, 500)).toBe(false)
  })
})
