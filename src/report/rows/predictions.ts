import type { Cell } from '../../cells/cell.ts'
import { BUCKETS, type Bucket } from '../../measure/ledger.ts'
import type { Prediction, Predictions } from '../../measure/prediction/predict.ts'
import type { Row } from '../folder/csv.ts'
import { cellKey, numberIn, parseRows } from '../folder/read-csv.ts'
import { rounded } from './calibration.ts'
import { namesOf, rowOf, type Column } from './columns.ts'
import { cellRow, CELL_COLUMNS, type RunIdentity } from './files.ts'

interface Predicted {
  readonly cell: Cell
  /** Undefined where there is none. */
  readonly prediction: Prediction | undefined
  readonly predictions: Predictions
}

const columnOf = (bucket: Bucket): string => `${bucket.replace('-', '_')}_ns`

const COLUMNS: readonly Column<Predicted>[] = [
  ['threads', ({ cell }) => cell.plan.programs.length],
  ['predicted_ns', ({ prediction }) => rounded(prediction?.stepNs)],
  ['predicted_bubble', ({ prediction }) => prediction?.bubble],
  ['critical_path_ns', ({ prediction }) => rounded(prediction?.criticalPathNs)],
  ...BUCKETS.map((bucket): Column<Predicted> => [
    columnOf(bucket),
    ({ prediction }) => rounded(prediction?.buckets.get(bucket)),
  ]),
  ['signal_handoff_ns', ({ prediction }) => rounded(prediction?.handoffNs)],
  ['signal_barrier_ns', ({ prediction }) => rounded(prediction?.barrierNs)],
  ['calibrated_shapes', ({ predictions }) => predictions.calibration.shapes],
  ['calibration_seconds', ({ predictions }) => predictions.calibration.seconds],
  ['status', ({ cell, predictions }) => predictions.reasons.get(cell) ?? 'ok'],
]

export const PREDICTIONS_COLUMNS = [...CELL_COLUMNS, ...namesOf(COLUMNS)]

/** A row per cell, to be written before it is measured; without numbers, and with the reason, where there is no prediction. */
export const predictionRows = (run: RunIdentity, cells: readonly Cell[], predictions: Predictions): Row[] =>
  cells.map((cell) => ({
    ...cellRow(run, cell),
    ...rowOf(COLUMNS, { cell, prediction: predictions.of.get(cell), predictions }),
  }))

/**
 * Reads the predictions of some cells of an experiment from the text of a predictions.csv. Cells that are not in it are
 * left out; those that it has no numbers for have undefined.
 */
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
