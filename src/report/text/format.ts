import type { Interval } from '../../measure/statistics.ts'

/** Numbers as people read them. */

/** Nanoseconds in the unit that leaves one to three digits before the point, or in seconds. */
export function formatDuration(ns: number): string {
  // The rounded number decides: 999.96 µs would read 1000.0 µs.
  const microseconds = (ns / 1e3).toFixed(1)
  if (Number(microseconds) < 1000) return `${microseconds} µs`
  const milliseconds = (ns / 1e6).toFixed(2)
  if (Number(milliseconds) < 1000) return `${milliseconds} ms`
  return `${(ns / 1e9).toFixed(1)} s`
}

/** A share in per cent; one that rounds to nothing has no sign. */
export const percent = (share: number, digits = 0): string =>
  `${(100 * share).toFixed(digits).replace(/^-(0(\.0+)?)$/, '$1')} %`

/** "−8.4 %" */
export const signedPercent = (share: number): string =>
  `${share < 0 ? '−' : '+'}${(100 * Math.abs(share)).toFixed(1)} %`

/** "1.63 [1.60, 1.64]" */
export const formatInterval = (value: number, interval: Interval | undefined): string =>
  value.toFixed(2) + (interval ? ` [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]` : '')

/** Longer lists are cut in sentences. */
const MOST_LISTED = 4

/** "a, b, c and 5 more" */
export function listed(items: readonly string[]): string {
  const [first, more] = [items.slice(0, MOST_LISTED), items.length - MOST_LISTED]
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

export const MIB = 2 ** 20

export const inMib = (bytes: number): string => (bytes / MIB).toFixed(2)
export const mib = (bytes: number): string => `${inMib(bytes)} MiB`
