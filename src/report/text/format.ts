import type { Interval } from '../../measure/statistics.ts'

/** Numbers as people read them. */

/** From small to large, with the digits after the point. */
const UNITS = [
  { name: 'µs', ns: 1e3, digits: 1 },
  { name: 'ms', ns: 1e6, digits: 2 },
  { name: 's', ns: 1e9, digits: 1 },
] as const
type Unit = (typeof UNITS)[number]

const inUnit = (ns: number, unit: Unit): string => (ns / unit.ns).toFixed(unit.digits)

/** The unit that leaves one to three digits before the point, or seconds. */
const unitOf = (ns: number): Unit =>
  // The rounded number decides: 999.96 µs would read 1000.0 µs.
  UNITS.find((unit) => Number(inUnit(ns, unit)) < 1000) ?? UNITS[UNITS.length - 1]

/** Nanoseconds: "1.63 ms" */
export function formatDuration(ns: number): string {
  const unit = unitOf(ns)
  return `${inUnit(ns, unit)} ${unit.name}`
}

/** "1.63 ms [1.60, 1.64]" */
export function formatDurationInterval(ns: number, { low, high }: Interval): string {
  const unit = unitOf(ns)
  return `${inUnit(ns, unit)} ${unit.name} [${inUnit(low, unit)}, ${inUnit(high, unit)}]`
}

/** A share in per cent; one that rounds to nothing has no sign. */
export const percent = (share: number, digits = 0): string =>
  `${(100 * share).toFixed(digits).replace(/^-(0(\.0+)?)$/, '$1')} %`

/** "−8.4 %" */
export const signedPercent = (share: number): string =>
  `${share < 0 ? '−' : '+'}${(100 * Math.abs(share)).toFixed(1)} %`

/** "1.63 [1.60, 1.64]" */
export const formatInterval = (value: number, interval: Interval | undefined, digits = 2): string =>
  value.toFixed(digits) + (interval ? ` [${interval.low.toFixed(digits)}, ${interval.high.toFixed(digits)}]` : '')

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
