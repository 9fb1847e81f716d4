import type { Calibration } from '../../measure/prediction/calibrate.ts'
import type { PredictionError } from '../../measure/prediction/error.ts'
import { median } from '../../measure/statistics.ts'
import { formatDuration, percent, signedPercent } from './format.ts'

export const calibrationLine = ({ shapes, seconds }: Calibration): string =>
  `calibrated ${shapes} instruction shapes in ${seconds.toFixed(1)} s; every step is predicted before it is measured`

/** A prediction compared with the measurement. */
export interface Graded {
  /** The cell, in words. */
  readonly name: string
  readonly error: PredictionError
}

/** The median error over the cells, and the worst cell with the bucket that explains it; empty without cells. */
export function predictionLines(graded: readonly Graded[]): string[] {
  if (graded.length === 0) return []
  const worst = graded.reduce((a, b) => (Math.abs(b.error.share) > Math.abs(a.error.share) ? b : a))
  const typical = median(graded.map(({ error }) => Math.abs(error.share)))
  return [
    `${graded.length} cells predicted before they ran: off by ${percent(typical, 1)} in the median; most for ` +
      `${worst.name}, ${reasonLine(worst.error)}`,
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
