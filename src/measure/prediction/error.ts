import type { Visit } from '../blocks.ts'
import { BUCKETS, emptyLedger, type Bucket, type Ledger } from '../ledger.ts'
import type { Prediction } from './predict.ts'

export type PredictionError = ReturnType<typeof predictionError>

/** The steps of a visit, and each rank's ledger of the measured ones. */
export type Spent = Pick<Visit, 'stepNs' | 'warmUp' | 'ranks'>

/**
 * The error of a prediction made before measuring, and the bucket of the ledger that differs most.
 *
 * @param measuredNs the median step of the cell
 */
export function predictionError(
  { stepNs: predictedNs, buckets }: Prediction,
  measuredNs: number,
  visits: readonly Spent[],
) {
  const ledger = meanLedger(visits)
  const differenceOf = (bucket: Bucket) => Math.abs(buckets.get(bucket)! - ledger.get(bucket)!)
  const bucket = BUCKETS.reduce((a, b) => (differenceOf(b) > differenceOf(a) ? b : a))
  return {
    /** (predicted − measured) / measured, of the step. */
    share: predictedNs / measuredNs - 1,
    predictedNs,
    measuredNs,
    bucket,
    /** Time in that bucket per step, the mean over the ranks. */
    bucketPredictedNs: buckets.get(bucket)!,
    bucketMeasuredNs: ledger.get(bucket)!,
  }
}

/** The mean over ranks and measured steps. */
function meanLedger(visits: readonly Spent[]): Ledger {
  const { ledger, add } = emptyLedger()
  let rankSteps = 0
  for (const { ranks, stepNs, warmUp } of visits) {
    rankSteps += ranks.length * (stepNs.length - warmUp)
    for (const rank of ranks) for (const [bucket, ns] of rank.ledger) add(bucket, ns)
  }
  return new Map([...ledger].map(([bucket, ns]) => [bucket, ns / rankSteps]))
}
