import type { Kind, Measurement } from '../../measure/handoff/measurement.ts'
import { handoffStatus } from '../rows/handoff.ts'
import { formatDuration } from './format.ts'
import { plainTable } from './text-table.ts'
import { red } from './wrap.ts'

const KIND = 10
const METHOD = 23
const THREADS = 4
const SIZE = 7
const TIME = 9

/** A line per measurement, of at most 80 columns; `*` marks more threads than cores. */
export function handoffLine(measurement: Measurement, cores: number): string {
  const { kind, method, bytes, medianNs, p95Ns, algbw, wrong } = measurement
  return [
    kind.padEnd(KIND),
    method.padEnd(METHOD),
    threadsOf(measurement, cores).padStart(THREADS),
    (bytes === undefined ? '' : formatBytes(bytes)).padStart(SIZE),
    ` median ${time(medianNs).padStart(TIME)}`,
    wrong > 0
      ? red(` ${wrong} wrong`)
      : algbw === undefined
        ? ` p95 ${time(p95Ns).padStart(TIME)}`
        : `${algbw.toFixed(2).padStart(7)} GB/s`,
  ].join(' ')
}

const threadsOf = (measurement: Measurement, cores: number): string =>
  `${measurement.threads}${handoffStatus(measurement, cores) === 'ok' ? '' : '*'}`

/** A row per method and number of threads, of what has no payload; `*` marks more threads than cores. */
export const latencyTable = (measurements: readonly Measurement[], cores: number): string =>
  plainTable({
    head: ['kind', 'method', 'threads', 'median', 'min', 'p95', 'wrong'],
    rows: measurements
      .filter(({ bytes }) => bytes === undefined)
      .map((measurement) => {
        const { kind, method, medianNs, minNs, p95Ns, wrong } = measurement
        return [
          kind,
          method.replace('Piscina task, ', 'task, '),
          threadsOf(measurement, cores),
          ...[medianNs, minNs, p95Ns].map(time),
          String(wrong),
        ]
      }),
    left: ['kind', 'method'],
  })

/** The medians of a kind that has a payload: a row per size, a column per method. */
export function sizeTable(measurements: readonly Measurement[], kind: Kind): string {
  const found = measurements.filter((each) => each.kind === kind)
  const methods = [...new Set(found.map(({ method }) => method))]
  const sizes = [...new Set(found.map(({ bytes }) => bytes!))].sort((a, b) => a - b)
  return plainTable({
    head: [kind, ...methods, 'wrong'],
    rows: sizes.map((size) => {
      const row = found.filter(({ bytes }) => bytes === size)
      const medians = methods.map((name) => row.find(({ method }) => method === name)?.medianNs)
      return [
        formatBytes(size),
        ...medians.map((ns) => (ns === undefined ? '' : time(ns))),
        String(row.reduce((sum, { wrong }) => sum + wrong, 0)),
      ]
    }),
    left: [],
  })
}

/** Below a microsecond in whole nanoseconds. */
function time(ns: number): string {
  const whole = ns.toFixed(0)
  return Number(whole) < 1000 ? `${whole} ns` : formatDuration(ns)
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB']

/** A power of two is whole in its unit. */
export function formatBytes(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const amount = bytes / 2 ** (10 * unit)
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)} ${UNITS[unit]}`
}
