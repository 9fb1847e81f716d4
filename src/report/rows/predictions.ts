import { rowOf, within, type Column } from '../../cells/columns.ts'
import type { Cell } from '../../cells/cell.ts'
import type { Configuration } from '../../cells/dimensions.ts'
import type { RunFacts } from '../../cells/dimension.ts'
import { BUCKETS, type Bucket } from '../../measure/ledger.ts'
import type { Calibration } from '../../measure/prediction/calibrate.ts'
import type { Prediction, Predictions } from '../../measure/prediction/predict.ts'
import { cellKey, numberIn, parseRows, type CsvRow } from '../folder/read-csv.ts'
import { CELL_COLUMNS } from './visits.ts'

/** What is predicted of a cell, or why nothing is. */
interface Predicted extends Configuration {
  readonly prediction: Prediction | undefined
  readonly calibration: Calibration
  readonly reason: string | undefined
}

const rounded = (ns: number | undefined): number | undefined => (ns === undefined ? undefined : Math.round(ns))

const bucketColumn = (bucket: Bucket): string => `${bucket.replace('-', '_')}_ns`

const PREDICTION: readonly Column<Prediction | undefined>[] = [
  ['predicted_ns', (of) => rounded(of?.stepNs), 'step time'],
  ['predicted_bubble', (of) => of?.bubble, 'waiting / (threads × step time)'],
  ['critical_path_ns', (of) => rounded(of?.criticalPathNs), 'step time with free handoffs'],
  ...BUCKETS.map((bucket): Column<Prediction | undefined> => [
    bucketColumn(bucket),
    (of) => rounded(of?.buckets.get(bucket)),
    'per rank and step, as in the ledger',
  ]),
  ['signal_handoff_ns', (of) => rounded(of?.handoffNs), 'from a publish until another rank goes on'],
  ['signal_barrier_ns', (of) => rounded(of?.barrierNs), 'a barrier of all ranks'],
]

export const PREDICTIONS_COLUMNS: readonly Column<Predicted>[] = [
  ...CELL_COLUMNS,
  ['threads', ({ cell }) => cell.plan.programs.length],
  ...within(PREDICTION, ({ prediction }: Predicted) => prediction),
  ['calibrated_shapes', ({ calibration }) => calibration.shapes, 'instruction shapes that were timed'],
  ['calibration_seconds', ({ calibration }) => calibration.seconds, 'how long that took'],
  ['status', ({ reason }) => reason ?? 'ok', 'ok, or why there is no prediction'],
]

/** A row per cell, to be written before it is measured. */
export const predictedOf = (
  run: RunFacts,
  cells: readonly Cell[],
  { calibration, of, reasons }: Predictions,
): Predicted[] => cells.map((cell) => ({ run, cell, calibration, prediction: of.get(cell), reason: reasons.get(cell) }))

/** What the text of a predictions.csv says about some cells; a cell that it does not predict has undefined. */
export function readPredictions(
  text: string,
  run: RunFacts,
  cells: readonly Cell[],
): Map<Cell, Prediction | undefined> {
  const rows = new Map(parseRows(text).map((row) => [cellKey(row), row]))
  const found = new Map<Cell, Prediction | undefined>()
  for (const cell of cells) {
    const row = rows.get(cellKey(rowOf(CELL_COLUMNS, { run, cell })))
    if (row) found.set(cell, numberIn(row, 'predicted_ns') === undefined ? undefined : predictionIn(row))
  }
  return found
}

function predictionIn(row: CsvRow): Prediction {
  const field = (column: string) => numberIn(row, column) ?? NaN
  return {
    stepNs: field('predicted_ns'),
    bubble: field('predicted_bubble'),
    criticalPathNs: field('critical_path_ns'),
    handoffNs: field('signal_handoff_ns'),
    barrierNs: field('signal_barrier_ns'),
    buckets: new Map(BUCKETS.map((bucket) => [bucket, field(bucketColumn(bucket))])),
  }
}
