import type { PredictionError } from '../../measure/prediction/error.ts'
import { groupBy, median } from '../../measure/statistics.ts'
import type { Plan } from '../../plan/plan.ts'
import { fingerprintOf } from '../../plan/read/fingerprint.ts'
import { formatDuration, percent, signedPercent } from './format.ts'

/** A prediction compared with the measurement. */
export interface Graded {
  /** The cell, in words. */
  readonly name: string
  readonly plan: Plan
  readonly error: PredictionError
}

/**
 * How far predictions were off: a sentence about plans for several threads and one about plans for one, where a
 * prediction has no waits to foresee. Cells with one plan count once.
 */
export function predictionLines(graded: readonly Graded[]): string[] {
  const plans = distinct(graded)
  const isSplit = ({ plan }: Graded) => plan.programs.length > 1
  return [plans.filter(isSplit), plans.filter((each) => !isSplit(each))].flatMap((some) =>
    some.length > 0 ? sentenceOn(some) : [],
  )
}

/** For each plan the one in the middle of its copies, so that copies neither add up nor pick the best. */
function distinct(graded: readonly Graded[]): Graded[] {
  return [...groupBy(graded, ({ plan }) => fingerprintOf(plan)).values()].map((copies) => {
    const sorted = copies.toSorted((a, b) => a.error.share - b.error.share)
    return sorted[Math.floor(sorted.length / 2)]
  })
}

function sentenceOn(plans: readonly Graded[]): string {
  const typical = median(plans.map(({ error }) => Math.abs(error.share)))
  const bias = median(plans.map(({ error }) => error.share))
  const worst = plans.reduce((a, b) => (Math.abs(b.error.share) > Math.abs(a.error.share) ? b : a))
  const { share, bucket, ...ns } = worst.error
  const direction = bias < 0 ? ' (too fast)' : bias > 0 ? ' (too slow)' : ''
  return (
    `Predictions of ${plans.length} distinct ${plans.length === 1 ? 'plan' : 'plans'} with ${threadsOf(plans)}, made ` +
    `before measuring: median error ${percent(typical, 1)}, signed ${signedPercent(bias)}${direction}; worst ` +
    `${worst.name}, predicted ${formatDuration(ns.predictedNs)}, measured ${formatDuration(ns.measuredNs)} ` +
    `(${signedPercent(share)}), most of it in ${bucket}: predicted ${formatDuration(ns.bucketPredictedNs)}, ` +
    `in the ledger ${formatDuration(ns.bucketMeasuredNs)}.`
  )
}

/** "one thread", "2 threads", "2 to 8 threads" */
function threadsOf(plans: readonly Graded[]): string {
  const counts = plans.map(({ plan }) => plan.programs.length)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  if (most === 1) return 'one thread'
  return fewest === most ? `${most} threads` : `${fewest} to ${most} threads`
}
