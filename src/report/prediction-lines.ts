import type { Cell } from '../measure/cell.ts'
import type { Calibration } from '../measure/calibrate.ts'
import type { PredictionError } from '../measure/prediction/error.ts'
import { median } from '../measure/statistics.ts'
import { formatDuration, signedPercent } from './table.ts'

export const calibrationLine = ({ shapes, seconds }: Calibration): string =>
  `calibrated ${shapes} instruction shapes in ${seconds.toFixed(1)} s; every step is predicted before it is measured`

/** The median error over the cells, and the worst cell with what the ledger says about it; empty without cells. */
export function predictionLines(errors: ReadonlyMap<Cell, PredictionError>): string[] {
  if (errors.size === 0) return []
  const [cell, worst] = [...errors].reduce((a, b) => (Math.abs(b[1].share) > Math.abs(a[1].share) ? b : a))
  const typical = median([...errors.values()].map(({ share }) => Math.abs(share)))
  return [
    `predicted from single instructions: off by ${percent(typical)} in the middle of ${errors.size} cells; ` +
      `most for ${cell.name}, ${reasonLine(worst)}`,
  ]
}

/** "predicted 1.20 ms, measured 1.31 ms (−8.4 %), most of it in update: predicted 12 µs, in the ledger 102 µs" */
export function reasonLine(error: PredictionError): string {
  const { share, predictedNs, measuredNs, bucket, bucketPredictedNs, bucketMeasuredNs } = error
  return (
    `predicted ${formatDuration(predictedNs)}, measured ${formatDuration(measuredNs)} (${signedPercent(share)}), ` +
    `most of it in ${bucket}: predicted ${formatDuration(bucketPredictedNs)}, in the ledger ${formatDuration(bucketMeasuredNs)}`
  )
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
