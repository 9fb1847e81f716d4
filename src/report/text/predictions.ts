import type { PredictionError } from '../../measure/prediction/error.ts'
import { median } from '../../measure/statistics.ts'
import { formatDuration, percent, signedPercent } from './format.ts'

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
  const { share, bucket, ...ns } = worst.error
  return [
    `${graded.length} cells predicted before they ran: off by ${percent(typical, 1)} in the median; most for ` +
      `${worst.name}, predicted ${formatDuration(ns.predictedNs)}, measured ${formatDuration(ns.measuredNs)} ` +
      `(${signedPercent(share)}), most of it in ${bucket}: predicted ${formatDuration(ns.bucketPredictedNs)}, ` +
      `in the ledger ${formatDuration(ns.bucketMeasuredNs)}`,
  ]
}
