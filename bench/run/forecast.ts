import { existsSync, readFileSync } from 'node:fs'
import type { Cell } from '../../src/cells/cell.ts'
import { predictCells, type Prediction } from '../../src/measure/prediction/predict.ts'
import type { Session } from '../../src/measure/session.ts'
import { appendRows } from '../../src/report/folder/csv.ts'
import type { RunIdentity } from '../../src/report/rows/files.ts'
import { CALIBRATION_COLUMNS, calibrationRows } from '../../src/report/rows/calibration.ts'
import { PREDICTIONS_COLUMNS, predictionRows, readPredictions } from '../../src/report/rows/predictions.ts'
import { calibrationLine } from '../../src/report/text/predictions.ts'
import type { RunFolder } from '../../src/report/folder/run-folder.ts'

/**
 * Predicts the steps of cells that have not been measured yet, and writes what it comes to before anything is measured.
 * A run that goes on is held to what it has predicted when it began.
 *
 * @returns what the file says, without the cells that cannot be predicted
 * @throws RankError if a rank fails, WriteError
 */
export async function forecast(
  folder: RunFolder,
  run: RunIdentity,
  session: Session,
  cells: readonly Cell[],
  cores: number,
  budgetMs: number,
): Promise<Map<Cell, Prediction>> {
  const file = folder.file('predictions.csv')
  const known = () =>
    existsSync(file)
      ? readPredictions(readFileSync(file, 'utf8'), run.experiment, cells)
      : new Map<Cell, Prediction | undefined>()
  const written = known()
  const left = cells.filter((cell) => !written.has(cell))
  if (left.length > 0) {
    const predictions = await predictCells(session, left, { cores, budgetMs })
    console.log(calibrationLine(predictions.calibration))
    appendRows(
      folder.file('calibration.csv'),
      CALIBRATION_COLUMNS,
      calibrationRows(run, predictions.calibration),
    )
    appendRows(file, PREDICTIONS_COLUMNS, predictionRows(run, left, predictions))
  }
  return new Map([...known()].flatMap(([cell, each]) => (each ? [[cell, each]] : [])))
}
