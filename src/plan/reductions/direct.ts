import { gradientOf, update, weightsOf, type Parameters } from '../build/parameters.ts'
import type { Instruction } from '../plan.ts'
import { isEmpty } from '../span.ts'
import { addRows, chunksOf, awaitOthers, placesOf, publish, wholeOf, type Bucket, type Reduction } from './reduction.ts'

/**
 * Each place sums its chunk of the rows directly from every place's gradient, and all update from the sums where they lie:
 * the natural reduce-scatter of shared memory. With a sharded optimizer (ZeRO-1, Rajbhandari et al. 2020) a place updates
 * only its chunk, whose state no other place keeps, and writes the new weights into every replica.
 */
export const direct: Reduction = (bucket) => {
  const places = Array.from({ length: placesOf(bucket) }, (_, place) => place)
  const whole = wholeOf(bucket)
  return places.map((place) => {
    const sum = bucket.layers.flatMap((layer) =>
      addRows(layer, places, place, chunksOf(layer[place].slice, places.length)[place], (p) => bucket.partial[p]),
    )
    const summed = [...awaitOthers(bucket, place, 1), ...sum]
    if (bucket.shardOptimizer) {
      const shard = bucket.layers.flatMap((layer) => updateEverywhere(bucket, layer, place))
      return [[publish(bucket, place)], [...summed, ...shard]]
    }
    const updates = bucket.layers.flatMap((layer) =>
      chunksOf(layer[place].slice, places.length).flatMap((rows, owner) =>
        isEmpty(rows) ? [] : [update(layer[place], rows, gradientOf(layer[owner], rows, whole))],
      ),
    )
    return [
      [publish(bucket, place)],
      [...summed, publish(bucket, place)],
      [...awaitOthers(bucket, place, 2), ...updates],
    ]
  })
}

/** Updates a place's own chunk and copies the new weights to the other replicas, which do not read the old ones any more. */
function updateEverywhere(bucket: Bucket, layer: readonly Parameters[], place: number): Instruction[] {
  const own = layer[place]
  const rows = chunksOf(own.slice, layer.length)[place]
  if (isEmpty(rows)) return []
  const source = weightsOf(own, rows, undefined, 'after')
  return [
    update(own, rows, gradientOf(own, rows, wholeOf(bucket))),
    ...layer.flatMap((other, p): Instruction[] => {
      const target = weightsOf(other, rows, undefined, 'after')
      return p === place ? [] : [{ op: 'reduce', layer: own.layer, sources: [source], target }]
    }),
  ]
}
