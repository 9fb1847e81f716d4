import type { Calibration } from '../../measure/prediction/calibrate.ts'
import type { Cell } from '../../cells/cell.ts'
import { BUCKETS, type Bucket } from '../../measure/ledger.ts'
import type { Prediction, Predictions } from '../../measure/prediction/predict.ts'
import type { Row } from '../folder/csv.ts'
import { cellRow, CELL_COLUMNS, type RunIdentity } from './files.ts'
import { cellKey, numberIn, parseRows } from '../folder/read-csv.ts'

export const PREDICTIONS_COLUMNS = [
  ...CELL_COLUMNS,
  'threads',
  'predicted_ns',
  'predicted_bubble',
  'critical_path_ns',
  ...BUCKETS.map(columnOf),
  'signal_handoff_ns',
  'signal_barrier_ns',
  'calibrated_shapes',
  'calibration_seconds',
  'status',
]

/** What a rank spends on it in a step, the mean over the ranks: as the ledger has it. */
function columnOf(bucket: Bucket): string {
  return `${bucket.replace('-', '_')}_ns`
}

export const CALIBRATION_COLUMNS = ['run_id', 'experiment', 'shape', 'threads', 'median_ns', 'min_ns']

/** A row per cell, to be written before it is measured; without numbers, and with the reason, where there is no prediction. */
export const predictionRows = (
  run: RunIdentity,
  cells: readonly Cell[],
  { calibration, of, reasons }: Predictions,
): Row[] =>
  cells.map((cell) => {
    const prediction = of.get(cell)
    return {
      ...cellRow(run, cell),
      threads: cell.plan.programs.length,
      predicted_ns: rounded(prediction?.stepNs),
      predicted_bubble: prediction?.bubble,
      critical_path_ns: rounded(prediction?.criticalPathNs),
      ...Object.fromEntries(
        BUCKETS.map((bucket) => [columnOf(bucket), rounded(prediction?.buckets.get(bucket))]),
      ),
      signal_handoff_ns: rounded(prediction?.handoffNs),
      signal_barrier_ns: rounded(prediction?.barrierNs),
      calibrated_shapes: calibration.shapes,
      calibration_seconds: calibration.seconds,
      status: reasons.get(cell) ?? 'ok',
    }
  })

/** What the text of a predictions.csv says about some cells of an experiment; nothing about those it does not predict. */
export function readPredictions(
  text: string,
  experiment: string,
  cells: readonly Cell[],
): Map<Cell, Prediction | undefined> {
  const rows = new Map(parseRows(text).map((row) => [cellKey(row), row]))
  const found = new Map<Cell, Prediction | undefined>()
  for (const cell of cells) {
    const row = rows.get(cellKey(cellRow({ runId: '', experiment }, cell)))
    if (!row) continue
    const field = (column: string) => numberIn(row, column) ?? NaN
    found.set(
      cell,
      numberIn(row, 'predicted_ns') === undefined
        ? undefined
        : {
            stepNs: field('predicted_ns'),
            bubble: field('predicted_bubble'),
            criticalPathNs: field('critical_path_ns'),
            handoffNs: field('signal_handoff_ns'),
            barrierNs: field('signal_barrier_ns'),
            buckets: new Map(BUCKETS.map((bucket) => [bucket, field(columnOf(bucket))])),
          },
    )
  }
  return found
}

/** A row per instruction shape and number of threads that ran at the same time; what signals take has rows of its own. */
export function calibrationRows(run: RunIdentity, { timings, signals }: Calibration): Row[] {
  const common = { run_id: run.runId, experiment: run.experiment }
  const instructions = [...timings].flatMap(([shape, of]) =>
    [...of].map(([threads, { medianNs, minNs }]) => ({
      ...common,
      shape,
      threads,
      median_ns: rounded(medianNs),
      min_ns: rounded(minNs),
    })),
  )
  const told = [...signals].flatMap(([threads, of]) =>
    (
      [
        ['signal', of.publishNs],
        ['handoff', of.handoffNs],
        ['handoff to a sleeper', of.wakingNs],
        ['barrier', of.barrierNs],
        ['transfer of 1 MiB', MIB / of.gigabytesPerSecond],
      ] as const
    ).map(([shape, ns]) => ({ ...common, shape, threads, median_ns: rounded(ns), min_ns: undefined })),
  )
  return [...instructions, ...told]
}

const MIB = 2 ** 20

const rounded = (ns: number | undefined): number | undefined =>
  ns === undefined ? undefined : Math.round(ns)
