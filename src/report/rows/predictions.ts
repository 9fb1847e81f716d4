import { rowOf, type Column, type Field } from '../../cells/columns.ts'
import type { Cell } from '../../cells/cell.ts'
import type { RunFacts } from '../../cells/dimension.ts'
import { BUCKETS, type Bucket } from '../../measure/ledger.ts'
import { groupBy } from '../../measure/statistics.ts'
import type { Forecast, Prediction, Predictions } from '../../measure/prediction/predict.ts'
import { cellKey, numberIn, parseRows, type CsvRow } from '../folder/read-csv.ts'
import { CELL_COLUMNS } from './visits.ts'

/** A row per cell and session, to be written before it is timed there: what is predicted, or why nothing is. */
export const predictedOf = (
  run: RunFacts,
  block: number,
  cells: readonly Cell[],
  { calibration, of, reasons }: Predictions,
) => cells.map((cell) => ({ run, block, cell, calibration, prediction: of.get(cell), reason: reasons.get(cell) }))

type Predicted = ReturnType<typeof predictedOf>[number]

const predicted =
  (value: (prediction: Prediction) => Field) =>
  ({ prediction }: Predicted): Field =>
    prediction && value(prediction)

const bucketColumn = (bucket: Bucket): string => `${bucket.replace('-', '_')}_ns`

export const PREDICTIONS_COLUMNS: readonly Column<Predicted>[] = [
  ...CELL_COLUMNS,
  ['threads', ({ cell }) => cell.plan.programs.length],
  ['predicted_ns', predicted((of) => Math.round(of.stepNs)), 'step time'],
  ['predicted_bubble', predicted((of) => of.bubble), 'waiting / (threads × step time)'],
  ['critical_path_ns', predicted((of) => Math.round(of.criticalPathNs)), 'step time with free handoffs'],
  ...BUCKETS.map((bucket): Column<Predicted> => {
    const meanNs = predicted((of) => Math.round(of.buckets.get(bucket)!))
    return [bucketColumn(bucket), meanNs, 'per rank and step, as in the ledger']
  }),
  ['signal_handoff_ns', predicted((of) => Math.round(of.handoffNs)), 'from a publish until another rank goes on'],
  ['signal_barrier_ns', predicted((of) => Math.round(of.barrierNs)), 'a barrier of all ranks'],
  ['calibrated_shapes', ({ calibration }) => calibration.shapes, 'instruction shapes that were timed'],
  ['calibration_seconds', ({ calibration }) => calibration.seconds, 'how long that took'],
  ['block', ({ block }) => block, 'the session that is predicted'],
  ['status', ({ reason }) => reason ?? 'ok', 'ok, or why there is no prediction'],
]

/** What the text of a predictions.csv says about some cells. */
export function readForecasts(text: string, run: RunFacts, cells: readonly Cell[]): Forecast[] {
  const rows = groupBy(parseRows(text), cellKey)
  return cells.flatMap((cell) => {
    const own = rows.get(cellKey(rowOf(CELL_COLUMNS, { run, cell }))) ?? []
    return own.map((row) => ({ cell, block: Number(row.block), prediction: predictionIn(row) }))
  })
}

function predictionIn(row: CsvRow): Prediction | undefined {
  const stepNs = numberIn(row, 'predicted_ns')
  if (stepNs === undefined) return undefined
  const field = (column: string) => numberIn(row, column) ?? NaN
  return {
    stepNs,
    bubble: field('predicted_bubble'),
    criticalPathNs: field('critical_path_ns'),
    handoffNs: field('signal_handoff_ns'),
    barrierNs: field('signal_barrier_ns'),
    buckets: new Map(BUCKETS.map((bucket) => [bucket, field(bucketColumn(bucket))])),
  }
}
