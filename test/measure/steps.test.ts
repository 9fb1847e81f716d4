import { describe, expect, it } from 'vitest'
import { stepTimes } from '../../src/measure/ledger.ts'
import type { RankReport } from '../../src/runtime/orders.ts'

/** What a rank reports that arrived at these milliseconds. */
const arrivedAt = (rank: number, ...arrivals: number[]): RankReport => ({
  rank,
  threadId: rank + 1,
  heapGrowth: 0,
  arrivals: new Float64Array(arrivals),
  begun: 0,
  spent: new Float64Array(),
  stamps: new Float64Array(),
})

describe('the time of a step', () => {
  it('is what lies between two arrivals of a lone rank, in whole nanoseconds', () => {
    expect(stepTimes([arrivedAt(0, 100, 100.25, 101.75)])).toEqual([250_000, 1_500_000])
    expect(stepTimes([arrivedAt(0, 1000.1, 1000.2)])).toEqual([100_000])
  })

  it('runs from one last arrival to the next, whichever rank it is that comes last', () => {
    const reports = [arrivedAt(0, 10, 13, 14), arrivedAt(1, 11, 12, 17), arrivedAt(2, 9, 12.5, 15)]
    expect(stepTimes(reports)).toEqual([2_000_000, 4_000_000])
  })

  it('is no average: a rank that idles does not shorten it', () => {
    const late = arrivedAt(0, 0, 8)
    const early = [1, 2, 3].map((rank) => arrivedAt(rank, 0, 1))
    expect(stepTimes([late, ...early])).toEqual([8_000_000])
  })

  it('is one number per step, warm-up included', () => {
    expect(stepTimes([arrivedAt(0, 5)])).toEqual([])
    expect(stepTimes([arrivedAt(0, 0, 1, 2, 3, 4)])).toHaveLength(4)
  })
})
