import { median } from '../../measure/statistics.ts'
import type { ShapeTimes } from '../../simulate/calibrated.ts'
import { numberIn, parseRows } from '../folder/read-csv.ts'

/** Behind a shape stands how much the rank touched in a step. */
const FOOTPRINT = / of \d+ KiB$/
const COLUMNS = ['shape', 'threads', 'median_ns']

/** What a calibration.csv says about one thread, and what handing over between threads has taken there. */
export interface CalibrationFile {
  readonly times: ShapeTimes
  readonly handoffNs: number | undefined
}

/**
 * Reads the text of a run's calibration.csv. A shape that was timed among more and among less other data has the median
 * of its times.
 *
 * @throws Error if it is not one
 */
export function readCalibration(text: string): CalibrationFile {
  const rows = parseRows(text)
  const [first] = rows
  const missing = COLUMNS.find((column) => !first || !(column in first))
  if (missing !== undefined) throw new Error(`it has no column ${missing}`)
  const found = new Map<string, number[]>()
  let handoffNs: number | undefined
  for (const row of rows) {
    const { shape, threads } = row
    const ns = numberIn(row, 'median_ns')
    if (ns === undefined || !Number.isFinite(ns)) continue
    if (shape === 'handoff' && threads === '2') handoffNs = ns
    if (threads !== '1' || !FOOTPRINT.test(shape)) continue
    const name = shape.replace(FOOTPRINT, '')
    found.set(name, [...(found.get(name) ?? []), ns])
  }
  return { times: new Map([...found].map(([shape, times]) => [shape, median(times)])), handoffNs }
}
