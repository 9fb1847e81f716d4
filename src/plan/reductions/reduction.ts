import { addCounter, type Draft } from '../build/draft.ts'
import { gradientOf, type Parameters } from '../build/parameters.ts'
import type { Await, Instruction, Publish, Reduce } from '../plan.ts'
import { mergedVersion } from '../build/samples.ts'
import { isEmpty, split, type Span } from '../span.ts'

/**
 * A gradient bucket: the gradients of some layers, combined together as soon as all are complete. The places of the group,
 * one rank of each replica, hold the same layers.
 */
export interface Bucket {
  /** Per layer, the buffers of each place. */
  readonly layers: readonly (readonly Parameters[])[]
  /** Per place, the version of its own gradient: the samples of its replica. */
  readonly partial: readonly string[]
  /** Each place's counter: published when its gradients are complete, and then by some of its phases. */
  readonly counters: readonly number[]
  readonly shardOptimizer: boolean
}

/**
 * The instructions of each place to combine a bucket, in phases. The first only publishes that the gradients are complete;
 * other work may come between two phases. A phase awaits nothing but earlier phases of other places.
 */
export type Reduction = (bucket: Bucket) => Instruction[][][]

export const placesOf = ({ counters }: Bucket): number => counters.length

export const wholeOf = ({ partial }: Bucket): string => mergedVersion(partial)

export const addBucketCounters = (draft: Draft, name: string, ranks: readonly number[]): number[] =>
  ranks.map((rank) => addCounter(draft, `${name} of rank ${rank}`, rank))

export const publish = ({ counters }: Bucket, place: number): Publish => ({
  op: 'publish',
  counter: counters[place],
})

/** Waits until another place has published `times` times. */
export const awaitPlace = ({ counters }: Bucket, place: number, times: number): Await => ({
  op: 'await',
  cause: 'receive',
  counter: counters[place],
  atLeast: times,
})

/** The same for all places but one's own. */
export const awaitOthers = (bucket: Bucket, self: number, times: number): Await[] =>
  bucket.counters.flatMap((_, place) => (place === self ? [] : [awaitPlace(bucket, place, times)]))

/** The rows of a layer's gradient, divided equally between the places: each sums, or passes on, its chunk. */
export const chunksOf = (slice: Span, places: number): Span[] =>
  split({ from: 0, to: slice.to - slice.from }, places).map(({ from, to }) => ({
    from: slice.from + from,
    to: slice.from + to,
  }))

/**
 * Adds some rows of several places' gradients, in the order of `from`, into the gradient of `into`. `holds` gives the
 * version of each place's rows.
 */
export function addRows(
  layer: readonly Parameters[],
  from: readonly number[],
  into: number,
  rows: Span,
  holds: (place: number) => string,
): Reduce[] {
  if (isEmpty(rows)) return []
  const versions = from.map(holds)
  const version = from.length === 1 ? versions[0] : mergedVersion(versions)
  return [
    {
      op: 'reduce',
      layer: layer[into].layer,
      sources: from.map((place, i) => gradientOf(layer[place], rows, versions[i])),
      target: gradientOf(layer[into], rows, version),
    },
  ]
}
