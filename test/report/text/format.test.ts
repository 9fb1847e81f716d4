import { describe, expect, it } from 'vitest'
import { formatDuration, formatDurationInterval } from '../../../src/report/text/format.ts'

describe('a duration', () => {
  it.each([
    [0, '0.0 µs'],
    [1, '0.0 µs'],
    [50, '0.1 µs'],
    [1_000, '1.0 µs'],
    [123_456, '123.5 µs'],
    [999_949, '999.9 µs'],
    [999_950, '1.00 ms'],
    [999_960, '1.00 ms'],
    [1e6, '1.00 ms'],
    [12_345_678, '12.35 ms'],
    [999_994_999, '999.99 ms'],
    [999_996_000, '1.0 s'],
    [1e9, '1.0 s'],
    [59.96e9, '60.0 s'],
    [3_723e9, '3723.0 s'],
  ])('of %d ns reads %s', (ns, text) => {
    expect(formatDuration(ns)).toBe(text)
  })

  it('has the bounds of its interval in its own unit', () => {
    expect(formatDurationInterval(1.5e6, { low: 900e3, high: 12e6 })).toBe('1.50 ms [0.90, 12.00]')
    expect(formatDurationInterval(2e9, { low: 950e6, high: 3e9 })).toBe('2.0 s [0.9, 3.0]')
  })
})
