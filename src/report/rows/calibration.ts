import type { Column } from '../../cells/columns.ts'
import type { RunFacts } from '../../cells/dimension.ts'
import type { Calibration } from '../../measure/prediction/calibrate.ts'
import { median } from '../../measure/statistics.ts'
import type { ShapeTimes } from '../../simulate/calibrated.ts'
import { numberIn, parseRows, type CsvRow } from '../folder/read-csv.ts'

const MIB = 2 ** 20
const HANDOFF = 'handoff'

/** A row per instruction key and number of threads that ran together, and rows for the signals. */
export const timedOf = (
  run: Pick<RunFacts, 'runId' | 'experiment'>,
  block: number,
  { timings, signals }: Calibration,
) => [
  ...[...timings].flatMap(([name, { key, byThreads }]) =>
    [...byThreads].map(([threads, time]) => ({ run, block, name, threads, key, ...time })),
  ),
  ...[...signals].flatMap(([threads, of]) =>
    Object.entries({
      signal: of.publishNs,
      'signal to a watcher': of.watchedNs,
      [HANDOFF]: of.handoffNs,
      'handoff to a sleeper': of.wakingNs,
      barrier: of.barrierNs,
      transfer: of.readNs,
      'transfer of 1 MiB': MIB / of.gigabytesPerSecond,
    }).map(([name, medianNs]) => ({ run, block, name, threads, key: undefined, medianNs, minNs: undefined })),
  ),
]

export const CALIBRATION_COLUMNS: readonly Column<ReturnType<typeof timedOf>[number]>[] = [
  ['run_id', ({ run }) => run.runId],
  ['experiment', ({ run }) => run.experiment],
  [
    'shape',
    ({ name }) => name,
    'what was timed, how much its rank touches in a step, and in which program; or a signal',
  ],
  ['threads', ({ threads }) => threads, 'threads that ran it at the same time'],
  ['median_ns', ({ medianNs }) => Math.round(medianNs), 'median of its repetitions'],
  ['min_ns', ({ minNs }) => minNs && Math.round(minNs), 'the fastest'],
  ['instruction', ({ key }) => key?.shape.name, 'the shape of the instruction alone'],
  ['footprint_kib', ({ key }) => key?.footprintKib, 'KiB that its rank touches in a step, a power of two'],
  ['flop', ({ key }) => key?.shape.flop, 'floating-point operations; 0 if it is no product'],
  ['block', ({ block }) => block, 'whose session it was timed in, before that was measured'],
]

/** The times on one thread that a calibration.csv holds, by shape, and the time of a handoff between two. */
export interface CalibrationFile {
  readonly times: ShapeTimes
  readonly handoffNs: number | undefined
}

/**
 * Reads the text of a run's calibration.csv. A shape that was timed in several sessions or with several footprints has the median
 * of its times.
 *
 * @throws Error if a column is missing
 */
export function readCalibration(text: string): CalibrationFile {
  const rows = parseRows(text)
  const missing = ['shape', 'threads', 'median_ns'].find((column) => !(column in (rows[0] ?? {})))
  if (missing !== undefined) throw new Error(`it has no column ${missing}`)
  const timed = rows.flatMap((row) => {
    const ns = numberIn(row, 'median_ns') ?? NaN
    return Number.isFinite(ns) ? [{ row, ns, name: instructionIn(row) }] : []
  })
  const alone = timed.filter(({ row, name }) => row.threads === '1' && name !== '')
  const times = new Map(
    [...new Set(alone.map(({ name }) => name))].map((name) => {
      const same = alone.filter((each) => each.name === name)
      return [name, { ns: median(same.map(({ ns }) => ns)), flop: numberIn(same[0].row, 'flop') }]
    }),
  )
  const handoff = timed.findLast(({ row }) => row.shape === HANDOFF && row.threads === '2')
  return { times, handoffNs: handoff?.ns }
}

/** Older files have no column for it: there it precedes the footprint in the name, as in "loss 8x4 mse of 64 KiB". */
const instructionIn = ({ shape, instruction }: CsvRow): string =>
  instruction ?? (shape.endsWith(' KiB') ? shape.slice(0, shape.lastIndexOf(' of ')) : '')
