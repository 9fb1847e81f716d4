import type { Column } from '../../cells/columns.ts'
import type { RunFacts } from '../../cells/dimension.ts'
import type { Calibration } from '../../measure/prediction/calibrate.ts'
import { median } from '../../measure/statistics.ts'
import type { ShapeTimes } from '../../simulate/calibrated.ts'
import { numberIn, parseRows } from '../folder/read-csv.ts'

/** Behind a shape stands how much the rank touched in a step. */
const FOOTPRINT = / of \d+ KiB$/
const NEEDED = ['shape', 'threads', 'median_ns']

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
  const missing = NEEDED.find((column) => !first || !(column in first))
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

/** A row per instruction shape and number of threads that ran at the same time; signals have rows of their own. */
interface Timed {
  readonly run: Pick<RunFacts, 'runId' | 'experiment'>
  readonly shape: string
  readonly threads: number
  readonly medianNs: number
  readonly minNs?: number
}

export const CALIBRATION_COLUMNS: readonly Column<Timed>[] = [
  ['run_id', ({ run }) => run.runId],
  ['experiment', ({ run }) => run.experiment],
  ['shape', ({ shape }) => shape, 'what was timed, and how much the rank touches in a step'],
  ['threads', ({ threads }) => threads, 'threads that did so at the same time'],
  ['median_ns', ({ medianNs }) => Math.round(medianNs), 'median of its repetitions'],
  ['min_ns', ({ minNs }) => minNs && Math.round(minNs), 'the fastest'],
]

export const timedOf = (run: Timed['run'], { timings, signals }: Calibration): Timed[] => [
  ...[...timings].flatMap(([shape, of]) =>
    [...of].map(([threads, { medianNs, minNs }]) => ({ run, shape, threads, medianNs, minNs })),
  ),
  ...[...signals].flatMap(([threads, of]) =>
    Object.entries({
      signal: of.publishNs,
      handoff: of.handoffNs,
      'handoff to a sleeper': of.wakingNs,
      barrier: of.barrierNs,
      'transfer of 1 MiB': MIB / of.gigabytesPerSecond,
    }).map(([shape, medianNs]) => ({ run, shape, threads, medianNs })),
  ),
]

const MIB = 2 ** 20
