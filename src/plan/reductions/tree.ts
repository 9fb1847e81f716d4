import { gradientOf, update } from '../build/parameters.ts'
import type { Instruction } from '../plan.ts'
import { mergedVersion } from '../build/samples.ts'
import { isEmpty } from '../span.ts'
import { addRows, awaitPlace, placesOf, publish, type Reduction } from './reduction.ts'

/**
 * A binary tree: in round r every place that is a multiple of 2ʳ⁺¹ adds the sum of the place 2ʳ after it to its own. After
 * ⌈log₂ n⌉ rounds the first place holds the total, and all update from there.
 */
export const tree: Reduction = (bucket) => {
  const places = placesOf(bucket)
  /** How often each place has published so far, and the version of its gradients. */
  const published = bucket.counters.map(() => 1)
  const holds = [...bucket.partial]
  const phases: Instruction[][][] = bucket.counters.map((_, place) => [[publish(bucket, place)]])
  for (let distance = 1; distance < places; distance *= 2) {
    for (let place = 0; place < places; place++) {
      const other = place + distance
      const adds = place % (2 * distance) === 0 && other < places
      phases[place].push(
        adds
          ? [
              awaitPlace(bucket, other, published[other]),
              ...bucket.layers.flatMap((layer) =>
                addRows(layer, [place, other], place, layer[place].slice, (p) => holds[p]),
              ),
              publish(bucket, place),
            ]
          : [],
      )
    }
    for (let place = 0; place + distance < places; place += 2 * distance) {
      holds[place] = mergedVersion([holds[place], holds[place + distance]])
      published[place]++
    }
  }
  phases.forEach((own, place) => {
    own.push([
      ...(place === 0 ? [] : [awaitPlace(bucket, 0, published[0])]),
      ...bucket.layers.flatMap((layer) => {
        const { slice } = layer[place]
        return isEmpty(slice) ? [] : [update(layer[place], slice, gradientOf(layer[0], slice, holds[0]))]
      }),
    ])
  })
  return phases
}
