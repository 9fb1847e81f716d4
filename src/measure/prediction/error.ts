import type { Visit } from '../blocks.ts'
import { mean, median } from '../statistics.ts'
import { BUCKETS, emptyLedger, type Bucket, type Ledger } from '../ledger.ts'
import type { Forecast } from './predict.ts'

export type PredictionError = NonNullable<ReturnType<typeof predictionError>>

/** The steps of a visit, and each rank's ledger of the measured ones. */
export type Spent = Pick<Visit, 'block' | 'stepNs' | 'warmUp' | 'ranks'>

/**
 * The error of the predictions of a cell, each made before its session was timed and compared with that session, and the
 * bucket of the ledger that differs most. Undefined if no session has both.
 */
export function predictionError(forecasts: readonly Omit<Forecast, 'cell'>[], visits: readonly Spent[]) {
  const pairs = forecasts.flatMap(({ block, prediction }) => {
    const of = visits.filter((visit) => visit.block === block)
    return prediction && of.length > 0 ? [{ prediction, of, measuredNs: medianStepNs(of) }] : []
  })
  if (pairs.length === 0) return undefined
  const ledger = meanLedger(pairs.flatMap(({ of }) => of))
  const predicted = (bucket: Bucket) => mean(pairs.map(({ prediction }) => prediction.buckets.get(bucket)!))
  const differenceOf = (bucket: Bucket) => Math.abs(predicted(bucket) - ledger.get(bucket)!)
  const bucket = BUCKETS.reduce((a, b) => (differenceOf(b) > differenceOf(a) ? b : a))
  return {
    /** (predicted − measured) / measured, of the step: the median over sessions. */
    share: median(pairs.map(({ prediction, measuredNs }) => prediction.stepNs / measuredNs - 1)),
    predictedNs: median(pairs.map(({ prediction }) => prediction.stepNs)),
    measuredNs: median(pairs.map(({ measuredNs }) => measuredNs)),
    bucket,
    /** Time in that bucket per step, the mean over the ranks. */
    bucketPredictedNs: predicted(bucket),
    bucketMeasuredNs: ledger.get(bucket)!,
  }
}

const medianStepNs = (visits: readonly Spent[]): number =>
  median(visits.flatMap(({ stepNs, warmUp }) => stepNs.slice(warmUp)))

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
