import { planGrid } from '../../../src/plan/build/programs.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { ReductionName } from '../../../src/plan/reductions/index.ts'
import { tinyGrid } from './tiny-grid.ts'

export interface BucketedReduction {
  readonly ranks: number
  readonly reduction: ReductionName
  /** Layers, each of them a bucket. */
  readonly buckets: number
  /** Reduce a bucket while the gradients of others are computed. */
  readonly overlap?: boolean
  readonly shardOptimizer?: boolean
}

/** Data parallelism: each rank computes gradients from its own samples, and all of them combine these bucket by bucket. */
export function reductionPlan(options: BucketedReduction): Plan {
  const { ranks, reduction, buckets, overlap = true, shardOptimizer = false } = options
  return planGrid(tinyGrid(buckets, { dp: ranks, reduction, overlap, shardOptimizer }))
}
