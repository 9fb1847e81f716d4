import type { Kind, Measurement } from '../../measure/handoff/measurement.ts'
import { formatDuration } from './format.ts'
import { plainTable } from './text-table.ts'
import { red } from './wrap.ts'

/** A line per measurement, of at most 80 columns; `*` marks more threads than cores. */
export function handoffLine(measurement: Measurement, cores: number): string {
  const { kind, method, bytes, medianNs, p95Ns, algbw, wrong } = measurement
  const right = algbw === undefined ? ` p95 ${time(p95Ns).padStart(9)}` : `${algbw.toFixed(2).padStart(7)} GB/s`
  return [
    kind.padEnd(10),
    method.padEnd(23),
    threadsOf(measurement, cores).padStart(4),
    (bytes === undefined ? '' : formatBytes(bytes)).padStart(7),
    ` median ${time(medianNs).padStart(9)}`,
    wrong > 0 ? red(` ${wrong} wrong`) : right,
  ].join(' ')
}

const threadsOf = ({ threads }: Measurement, cores: number): string => `${threads}${threads > cores ? '*' : ''}`

/** A row per method and number of threads, of what has no payload; `*` marks more threads than cores. */
export const latencyTable = (measurements: readonly Measurement[], cores: number): string =>
  plainTable(
    measurements.filter(({ bytes }) => bytes === undefined),
    [
      ['kind', ({ kind }) => kind, 'left'],
      ['method', ({ method }) => method.replace('Piscina task, ', 'task, '), 'left'],
      ['threads', (each) => threadsOf(each, cores)],
      ['median', ({ medianNs }) => time(medianNs)],
      ['min', ({ minNs }) => time(minNs)],
      ['p95', ({ p95Ns }) => time(p95Ns)],
      ['wrong', ({ wrong }) => String(wrong)],
    ],
  )

/** The medians of a kind that has a payload: a row per size, a column per method. */
export function sizeTable(measurements: readonly Measurement[], kind: Kind): string {
  const found = measurements.filter((each) => each.kind === kind)
  const methods = [...new Set(found.map(({ method }) => method))]
  const sizes = [...new Set(found.map(({ bytes }) => bytes!))].sort((a, b) => a - b)
  const ofSize = (size: number) => found.filter(({ bytes }) => bytes === size)
  const medianOf = (size: number, name: string) => ofSize(size).find(({ method }) => method === name)?.medianNs
  return plainTable(sizes, [
    [kind, formatBytes],
    ...methods.map((method) => [method, (size: number) => time(medianOf(size, method))] as const),
    ['wrong', (size) => String(ofSize(size).reduce((sum, { wrong }) => sum + wrong, 0))],
  ])
}

/** Below a microsecond in whole nanoseconds; empty for what was not measured. */
function time(ns: number | undefined): string {
  if (ns === undefined) return ''
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
