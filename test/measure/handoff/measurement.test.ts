import { describe, expect, it } from 'vitest'
import { summarise } from '../../../src/measure/handoff/measurement.ts'

describe('a measurement', () => {
  it('is the median, the fastest and the 95 % quantile of the tries of whichever rank took them', () => {
    const samples = Array.from({ length: 101 }, (_, i) => 200 - i)
    const parts = [
      { samples, wrong: 1 },
      { samples: [], wrong: 2 },
    ]
    expect(summarise(parts)).toEqual({ tries: 101, medianNs: 150, minNs: 100, p95Ns: 195, wrong: 3 })
  })
})
