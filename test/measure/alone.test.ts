import { describe, expect, it } from 'vitest'
import { chooseKernel } from '../../src/kernels/choose.ts'
import type { PeakWindows } from '../../src/kernels/wasm/measure-limits.ts'
import { highestOf, measureLimitsTogether, measurePeaks } from '../../src/measure/alone.ts'

/** A session whose threads do what is listed, one list per order; the last is repeated. */
function session(...orders: readonly (readonly number[])[][]) {
  let sent = 0
  const threads = (): PeakWindows[] =>
    orders[Math.min(sent++, orders.length - 1)].map((rates) => new Map(rates.entries()))
  return { peak: () => Promise.resolve(threads()), sent: () => sent }
}

describe('the peak of threads', () => {
  it('is the best window of one', async () => {
    expect(await measurePeaks(session([[3, 10, 9]]), [1])).toEqual([{ threads: 1, peakGflops: 10 }])
  })

  it('is what several did in the same window, not the sum of each one’s best', async () => {
    const both = session([
      [10, 6, 7],
      [0, 6, 8],
    ])
    expect(await measurePeaks(both, [2])).toEqual([{ threads: 2, peakGflops: 15 }])
    expect(both.sent()).toBe(1)
  })

  it('is measured again where the threads were never at work at once, but not for ever', async () => {
    const apart = [
      [10, 0],
      [0, 10],
    ]
    const together = [
      [9, 0],
      [9, 0],
    ]
    expect(await measurePeaks(session(apart, apart, together), [2])).toEqual([{ threads: 2, peakGflops: 18 }])
    expect(await measurePeaks(session(apart), [2])).toEqual([{ threads: 2, peakGflops: 10 }])
  })

  it('is unknown for a kernel that has none', async () => {
    const none = session([])
    expect(await measurePeaks(none, [1, 2])).toEqual([])
    expect(none.sent()).toBe(2)
  })

  it('keeps the most that was ever seen', () => {
    const known = [
      { threads: 1, peakGflops: 14, copyGbps: 1, triadGbps: 2 },
      { threads: 2, peakGflops: 90, copyGbps: 3, triadGbps: 4 },
    ]
    const seen = [
      { threads: 1, peakGflops: 45 },
      { threads: 2, peakGflops: 80 },
      { threads: 3, peakGflops: 120 },
    ]
    expect(highestOf(known, seen)).toEqual([{ ...known[0], peakGflops: 45 }, known[1]])
    expect(highestOf(known, [])).toEqual(known)
  })
})

describe('the limits of this machine', () => {
  it('are measured on one thread and on two', async () => {
    const limits = await measureLimitsTogether(chooseKernel(undefined).choice, [1, 2])
    expect(limits.map(({ threads }) => threads)).toEqual([1, 2])
    for (const values of limits) for (const value of Object.values(values)) expect(value).toBeGreaterThan(0)
  })
})
