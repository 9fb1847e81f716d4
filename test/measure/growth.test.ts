import { describe, expect, it } from 'vitest'
import { countsWithin } from '../../src/measure/growth.ts'

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
