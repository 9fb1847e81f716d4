import Table from 'cli-table3'
import type { Kind, Measurement } from '../../measure/handoff/measurement.ts'
import { handoffStatus } from '../rows/handoff.ts'
import { formatDuration } from './format.ts'

const KIND = 11
const METHOD = 24
const SIZE = 8
const TIME = 9

/** One line of the output per measurement: what, how long, how fast, and whether the payload was right. */
export const handoffLine = (measurement: Measurement, cores: number): string => {
  const { kind, method, threads, bytes, medianNs, minNs, p95Ns, algbw, busbw, wrong } = measurement
  const numbers = [
    `median ${time(medianNs).padStart(TIME)}`,
    `min ${time(minNs).padStart(TIME)}`,
    `p95 ${time(p95Ns).padStart(TIME)}`,
    ...(algbw === undefined ? [] : [`algbw ${rate(algbw)}`]),
    ...(busbw === undefined ? [] : [`busbw ${rate(busbw)}`]),
    `wrong ${wrong}`,
    ...(handoffStatus(measurement, cores) === 'ok' ? [] : ['oversubscribed']),
  ]
  const size = bytes === undefined ? '' : formatBytes(bytes)
  return `${kind.padEnd(KIND)} ${method.padEnd(METHOD)} ${`${threads}`.padStart(3)} ${size.padStart(SIZE)}  ${numbers.join('  ')}`
}

const STYLE = { head: [], border: [], compact: true }

/** What has no payload: a row per method and number of threads. */
export function latencyTable(measurements: readonly Measurement[], cores: number): string {
  const table = new Table({
    head: ['kind', 'method', 'threads', 'tries', 'median', 'min', 'p95', 'wrong'],
    style: STYLE,
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
  })
  for (const measurement of measurements) {
    const { kind, method, threads, bytes, tries, medianNs, minNs, p95Ns, wrong } = measurement
    if (bytes !== undefined) continue
    const oversubscribed = handoffStatus(measurement, cores) === 'ok' ? '' : ' (oversubscribed)'
    table.push([
      kind,
      method,
      `${threads}${oversubscribed}`,
      String(tries),
      ...[medianNs, minNs, p95Ns].map(time),
      String(wrong),
    ])
  }
  return table.toString()
}

/** The medians of a kind that has a payload: a row per size, a column per method. */
export function sizeTable(measurements: readonly Measurement[], kind: Kind): string {
  const found = measurements.filter((each) => each.kind === kind)
  const methods = [...new Set(found.map(({ method }) => method))]
  const sizes = [...new Set(found.map(({ bytes }) => bytes!))].sort((a, b) => a - b)
  const table = new Table({
    head: [kind, ...methods, 'wrong'],
    style: STYLE,
    colAligns: ['right', ...methods.map(() => 'right' as const), 'right'],
  })
  for (const size of sizes) {
    const row = found.filter(({ bytes }) => bytes === size)
    const cells = methods.map((name) => {
      const measurement = row.find(({ method }) => method === name)
      return measurement ? time(measurement.medianNs) : ''
    })
    table.push([formatBytes(size), ...cells, String(row.reduce((sum, { wrong }) => sum + wrong, 0))])
  }
  return table.toString()
}

/** Below a microsecond in whole nanoseconds. */
function time(ns: number): string {
  const whole = ns.toFixed(0)
  return Number(whole) < 1000 ? `${whole} ns` : formatDuration(ns)
}

const rate = (gbps: number): string => `${gbps.toFixed(2).padStart(6)} GB/s`

const UNITS = ['B', 'KiB', 'MiB', 'GiB']

/** A power of two is whole in its unit. */
export function formatBytes(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const amount = bytes / 2 ** (10 * unit)
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)} ${UNITS[unit]}`
}
