import { FLOAT_BYTES } from '../../kernels/kernel.ts'
import { emit, type Draft } from '../build/draft.ts'
import type { Parameters } from '../build/parameters.ts'
import type { Instruction } from '../plan.ts'
import { samplesVersion } from '../build/samples.ts'
import { length, type Span } from '../span.ts'
import { addBucketCounters, type Reduction } from './reduction.ts'

export interface Combination {
  /** One rank of each replica, at the same place of its pipeline and of its tensor-parallel group. */
  readonly ranks: readonly number[]
  /** The samples of each replica. */
  readonly shares: readonly Span[]
  /** Per layer of the stage, the buffers of each of these ranks. */
  readonly layers: readonly (readonly Parameters[])[]
  readonly reduction: Reduction
  readonly bucketBytes: number
  readonly overlap: boolean
  readonly shardOptimizer: boolean
}

/**
 * Combines the gradients of the replicas of one stage, in gradient buckets of layers from the last to the first. Call the
 * returned function, for each replica in turn, for each layer whose gradient is complete. A bucket is published as soon as
 * its layers are done, and each further phase of it follows one layer later, so that the other replicas have had time to
 * get there (Li et al. 2020, PyTorch DDP, do the same on another thread). Without overlap, everything follows the last layer.
 */
export function combine(draft: Draft, combination: Combination): (place: number, position: number) => void {
  const { ranks, shares, layers, reduction, overlap, shardOptimizer } = combination
  const partial = shares.map((share) => samplesVersion([share]))
  const buckets = bucketsOf(layers, combination.bucketBytes).map((positions) => {
    const own = positions.map((position) => layers[position])
    const name = `gradients of layers ${own.map(([first]) => first.layer).join(' ')}`
    const counters = addBucketCounters(draft, name, ranks)
    return {
      last: positions[positions.length - 1],
      phases: reduction({ layers: own, partial, counters, shardOptimizer }),
    }
  })
  /** Per place, the remaining phases of each complete bucket. */
  const open = ranks.map((): Instruction[][][] => [])

  return (place, position) => {
    const pending = open[place]
    const advance = (bucket: Instruction[][]) => emit(draft, ranks[place], ...(bucket.shift() ?? []))
    const earlier = [...pending]
    const done = buckets.find(({ last }) => last === position)
    if (done) pending.push([...done.phases[place]])
    if (overlap) {
      if (done) advance(pending[pending.length - 1])
      earlier.forEach(advance)
    }
    if (position > 0) return
    while (pending.some((bucket) => bucket.length > 0)) pending.forEach(advance)
  }
}

/** Positions of layers, from the last to the first, in groups whose gradients take at least `bytes`. */
function bucketsOf(layers: readonly (readonly Parameters[])[], bytes: number): number[][] {
  const buckets: number[][] = []
  let current: number[] = []
  let size = 0
  for (let position = layers.length - 1; position >= 0; position--) {
    const [{ slice, columns }] = layers[position]
    current.push(position)
    size += length(slice) * columns * FLOAT_BYTES
    if (size >= bytes || position === 0) {
      buckets.push(current)
      current = []
      size = 0
    }
  }
  return buckets
}
