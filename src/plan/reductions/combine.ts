import { FLOAT_BYTES } from '../../kernels/kernel.ts'
import { addCounters, emit, type Draft } from '../build/draft.ts'
import type { Parameters } from '../build/parameters.ts'
import type { Grid } from '../grid.ts'
import type { Instruction } from '../plan.ts'
import { length, samplesVersion, type Span } from '../span.ts'
import type { Reduction } from './index.ts'

/** One rank of each replica, at the same place of its pipeline and of its tensor-parallel group. */
export interface Peers {
  readonly ranks: readonly number[]
  /** The samples of each replica. */
  readonly shares: readonly Span[]
  /** Per layer of the stage, the buffers of each of these ranks. */
  readonly layers: readonly (readonly Parameters[])[]
}

/**
 * Combines the gradients of the replicas of one stage, in gradient buckets of layers from the last to the first. Call the
 * returned function, for each replica in turn, for each layer whose gradient is complete. A bucket is published as soon as
 * its layers are done, and each further phase of it follows one layer later, so that the other replicas have had time to
 * get there (Li et al. 2020, PyTorch DDP, do the same on another thread). Without overlap, everything follows the last layer.
 */
export function combine(
  draft: Draft,
  { bucketBytes, overlap, shardOptimizer }: Grid,
  reduction: Reduction,
  { ranks, shares, layers }: Peers,
): (place: number, layer: number) => void {
  const partial = shares.map((share) => samplesVersion([share]))
  const buckets = bucketsOf(layers, bucketBytes).map((own) => {
    const numbers = own.map(([{ layer }]) => layer)
    const counters = addCounters(draft, `gradients of layers ${numbers.join(' ')}`, ranks)
    return { last: numbers.at(-1), phases: reduction({ layers: own, partial, counters, shardOptimizer }) }
  })
  /** Per place, the remaining phases of each complete bucket. */
  const open = ranks.map((): Instruction[][][] => [])

  return (place, layer) => {
    const pending = open[place]
    const advance = (bucket: Instruction[][]) => emit(draft, ranks[place], ...(bucket.shift() ?? []))
    const earlier = [...pending]
    const done = buckets.find(({ last }) => last === layer)
    if (done) pending.push([...done.phases[place]])
    if (overlap) {
      if (done) advance(pending[pending.length - 1])
      earlier.forEach(advance)
    }
    if (layer > layers[0][0].layer) return
    while (pending.some((bucket) => bucket.length > 0)) pending.forEach(advance)
  }
}

/** The layers, from the last to the first, in groups whose gradients take at least `bytes`. */
function bucketsOf(layers: Peers['layers'], bytes: number): Peers['layers'][number][][] {
  const buckets: Peers['layers'][number][][] = []
  let size = Infinity
  for (const layer of layers.toReversed()) {
    if (size >= bytes) {
      buckets.push([])
      size = 0
    }
    buckets[buckets.length - 1].push(layer)
    size += length(layer[0].slice) * layer[0].columns * FLOAT_BYTES
  }
  return buckets
}
