import type { Visit } from '../blocks.ts'
import { BUCKETS, type Bucket } from '../ledger.ts'
import type { Prediction } from './predict.ts'

/** The error of a prediction made before measuring, and the bucket of the ledger that differs most. */
export interface PredictionError {
  /** (predicted − measured) / measured, of the step. */
  readonly share: number
  readonly predictedNs: number
  readonly measuredNs: number
  readonly bucket: Bucket
  /** Time in that bucket per step, the mean over the ranks. */
  readonly bucketPredictedNs: number
  readonly bucketMeasuredNs: number
}

/** The steps of a visit, and each rank's ledger of the measured ones. */
export type Spent = Pick<Visit, 'stepNs' | 'warmUp' | 'ranks'>

/** @param measuredNs the median step of the cell */
export function predictionError(prediction: Prediction, measuredNs: number, visits: readonly Spent[]): PredictionError {
  const ledger = meanLedger(visits)
  const differenceOf = (bucket: Bucket) => Math.abs(prediction.buckets.get(bucket)! - ledger.get(bucket)!)
  const bucket = BUCKETS.reduce((a, b) => (differenceOf(b) > differenceOf(a) ? b : a))
  return {
    share: prediction.stepNs / measuredNs - 1,
    predictedNs: prediction.stepNs,
    measuredNs,
    bucket,
    bucketPredictedNs: prediction.buckets.get(bucket)!,
    bucketMeasuredNs: ledger.get(bucket)!,
  }
}

/** Nanoseconds per bucket in a step, the mean over ranks and measured steps. */
function meanLedger(visits: readonly Spent[]): Map<Bucket, number> {
  const sums = new Map<Bucket, number>(BUCKETS.map((bucket) => [bucket, 0]))
  let rankSteps = 0
  for (const { ranks, stepNs, warmUp } of visits) {
    rankSteps += ranks.length * (stepNs.length - warmUp)
    for (const { ledger } of ranks) for (const [bucket, ns] of ledger) sums.set(bucket, sums.get(bucket)! + ns)
  }
  return new Map([...sums].map(([bucket, ns]) => [bucket, ns / rankSteps]))
}
