import { gradientOf, update, weightsOf, type Parameters } from '../build/parameters.ts'
import type { Await, Instruction, Publish, Reduce } from '../plan.ts'
import { isEmpty, mergedVersion, split, type Span } from '../span.ts'

/**
 * A gradient bucket: the gradients of some layers, combined together as soon as all are complete. The places of the group,
 * one rank of each replica, hold the same layers.
 */
interface Bucket {
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

const publish = ({ counters }: Bucket, place: number): Publish => ({ op: 'publish', counter: counters[place] })

/** Waits until another place has published `times` times. */
const awaitPlace = ({ counters }: Bucket, place: number, times: number): Await => ({
  op: 'await',
  cause: 'receive',
  counter: counters[place],
  atLeast: times,
})

/** The same for all places but one's own. */
const awaitOthers = (bucket: Bucket, self: number, times: number): Await[] =>
  bucket.counters.flatMap((_, place) => (place === self ? [] : [awaitPlace(bucket, place, times)]))

/** Adds some rows of several places' gradients of known versions, in their order, into the gradient of the place `into`. */
function addRows(
  layer: readonly Parameters[],
  sources: readonly (readonly [place: number, version: string])[],
  into: number,
  rows: Span = layer[into].slice,
): Reduce[] {
  if (isEmpty(rows)) return []
  const version = mergedVersion(sources.map(([, held]) => held))
  return [
    {
      op: 'reduce',
      layer: layer[into].layer,
      sources: sources.map(([place, held]) => gradientOf(layer[place], rows, held)),
      target: gradientOf(layer[into], rows, version),
    },
  ]
}

/** A place updates from the sums of the first place, once that has published `times` times. */
const updateFromFirst = (bucket: Bucket, place: number, times: number): Instruction[] => [
  ...(place === 0 ? [] : [awaitPlace(bucket, 0, times)]),
  ...bucket.layers.flatMap((layer) => update(layer[place], mergedVersion(bucket.partial), layer[0])),
]

/** The first place sums everything while the others wait: the naive parameter server. */
const gather: Reduction = (bucket) => {
  const { layers, partial, counters } = bucket
  const sum = layers.flatMap((layer) => addRows(layer, [...partial.entries()], 0))
  return counters.map((_, place) => [
    [publish(bucket, place)],
    place === 0 ? [...awaitOthers(bucket, 0, 1), ...sum, publish(bucket, 0)] : [],
    updateFromFirst(bucket, place, 2),
  ])
}

/**
 * A binary tree: in round r every place that is a multiple of 2ʳ⁺¹ adds the sum of the place 2ʳ after it to its own. After
 * ⌈log₂ n⌉ rounds the first place holds the total, and all update from there.
 */
const tree: Reduction = (bucket) => {
  const places = bucket.counters.length
  /** How often each place has published so far, and the version of its gradients. */
  const published = bucket.counters.map(() => 1)
  const holds = [...bucket.partial]
  const phases: Instruction[][][] = bucket.counters.map((_, place) => [[publish(bucket, place)]])
  for (let distance = 1; distance < places; distance *= 2) {
    for (const [place, own] of phases.entries()) {
      const other = place + distance
      if (place % (2 * distance) > 0 || other >= places) {
        own.push([])
        continue
      }
      const sources = [place, other].map((each) => [each, holds[each]] as const)
      own.push([
        awaitPlace(bucket, other, published[other]),
        ...bucket.layers.flatMap((layer) => addRows(layer, sources, place)),
        publish(bucket, place),
      ])
      holds[place] = mergedVersion([holds[place], holds[other]])
      published[place]++
    }
  }
  phases.forEach((own, place) => own.push(updateFromFirst(bucket, place, published[0])))
  return phases
}

/**
 * The ring (Patarasuk and Yuan 2009): n places, 2(n − 1) steps. Reduce-scatter: chunk c starts at place c + 1 and moves to
 * the right, each place adding its own part, until it is complete at place c. All-gather: the complete chunks go round once
 * more and are copied. Every place reads from its left neighbour only.
 */
const ring: Reduction = (bucket) => {
  const { layers, partial, counters } = bucket
  const n = counters.length
  const whole = mergedVersion(partial)
  const at = (place: number) => ((place % n) + n) % n
  const chunks = layers.map(([{ slice }]) => split(slice, n))
  /** By chunk c and hops: its version after places c + 1, c + 2, …, c + hops. */
  const gathered = counters.map((_, chunk) => {
    const versions = ['']
    for (let hop = 1; hop < n; hop++) versions.push(mergedVersion([versions[hop - 1], partial[at(chunk + hop)]]))
    return versions
  })

  return counters.map((_, place) => {
    const left = at(place - 1)
    const phases: Instruction[][] = [[publish(bucket, place)]]
    for (let step = 1; step <= 2 * (n - 1); step++) {
      const chunk = at(place - 1 - step)
      const added = [[left, gathered[chunk][step]] as const, [place, partial[place]] as const]
      const sources = step < n ? added : [[left, whole] as const]
      phases.push([
        awaitPlace(bucket, left, step),
        ...layers.flatMap((layer, i) => addRows(layer, sources, place, chunks[i][chunk])),
        // The last copy is not read by another place.
        ...(step < 2 * (n - 1) ? [publish(bucket, place)] : []),
      ])
    }
    phases.push(layers.flatMap((layer) => update(layer[place], whole)))
    return phases
  })
}

/**
 * Each place sums its chunk of the rows directly from every place's gradient, and all update from the sums where they lie:
 * the natural reduce-scatter of shared memory. With a sharded optimizer (ZeRO-1, Rajbhandari et al. 2020) a place updates
 * only its chunk, whose state no other place keeps, and writes the new weights into every replica.
 */
const direct: Reduction = (bucket) => {
  const { layers, partial, counters, shardOptimizer } = bucket
  const whole = mergedVersion(partial)
  const chunks = layers.map(([{ slice }]) => split(slice, counters.length))
  return counters.map((_, place) => {
    const sums = [
      ...awaitOthers(bucket, place, 1),
      ...layers.flatMap((layer, i) => addRows(layer, [...partial.entries()], place, chunks[i][place])),
    ]
    if (shardOptimizer) {
      const shard = layers.flatMap((layer, i) => updateEverywhere(layer, whole, place, chunks[i][place]))
      return [[publish(bucket, place)], [...sums, ...shard]]
    }
    const updates = layers.flatMap((layer, i) =>
      chunks[i].flatMap((rows, owner) => update(layer[place], whole, layer[owner], rows)),
    )
    return [[publish(bucket, place)], [...sums, publish(bucket, place)], [...awaitOthers(bucket, place, 2), ...updates]]
  })
}

/** Updates a place's own chunk and copies the new weights to the other replicas, which do not read the old ones any more. */
function updateEverywhere(layer: readonly Parameters[], whole: string, place: number, rows: Span): Instruction[] {
  if (isEmpty(rows)) return []
  const [source, ...targets] = [layer[place], ...layer.filter((_, p) => p !== place)].map((each) =>
    weightsOf(each, rows, undefined, 'after'),
  )
  const copies = targets.map((target): Reduce => ({
    op: 'reduce',
    layer: layer[place].layer,
    sources: [source],
    target,
  }))
  return [...update(layer[place], whole, layer[place], rows), ...copies]
}

/** The reductions that add the replicas' gradients, each in an order of its own. */
export const reductions = { gather, tree, ring, direct } as const satisfies Record<string, Reduction>

/** With `owner` nothing is added: each rank computes the gradient of its own slice of the weights over the whole batch. */
export type ReductionName = keyof typeof reductions | 'owner'
export const REDUCTIONS: readonly ReductionName[] = [
  ...(Object.keys(reductions) as (keyof typeof reductions)[]),
  'owner',
]
