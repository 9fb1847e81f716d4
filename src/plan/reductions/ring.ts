import { updateSlice } from '../build/parameters.ts'
import type { Instruction } from '../plan.ts'
import { mergedVersion } from '../build/samples.ts'
import { addRows, chunksOf, awaitPlace, placesOf, publish, wholeOf, type Reduction } from './reduction.ts'

/**
 * The ring (Patarasuk and Yuan 2009): n places, 2(n − 1) steps. Reduce-scatter: chunk c starts at place c + 1 and moves to
 * the right, each place adding its own part, until it is complete at place c. All-gather: the complete chunks go round once
 * more and are copied. Every place reads from its left neighbour only.
 */
export const ring: Reduction = (bucket) => {
  const n = placesOf(bucket)
  const whole = wholeOf(bucket)
  const at = (place: number) => ((place % n) + n) % n
  /** By chunk c and hops: its version after places c + 1, c + 2, …, c + hops. */
  const gathered = bucket.counters.map((_, chunk) => {
    const versions = ['']
    for (let hop = 1; hop < n; hop++) {
      versions.push(mergedVersion([versions[hop - 1], bucket.partial[at(chunk + hop)]]))
    }
    return versions
  })

  return bucket.counters.map((_, place) => {
    const left = at(place - 1)
    const chunks = bucket.layers.map((layer) => chunksOf(layer[place].slice, n))
    const phases: Instruction[][] = [[publish(bucket, place)]]
    for (let step = 1; step < n; step++) {
      const chunk = at(place - 1 - step)
      const holds = (p: number) => (p === left ? gathered[chunk][step] : bucket.partial[p])
      phases.push([
        awaitPlace(bucket, left, step),
        ...bucket.layers.flatMap((layer, i) => addRows(layer, [left, place], place, chunks[i][chunk], holds)),
        publish(bucket, place),
      ])
    }
    for (let step = 1; step < n; step++) {
      const chunk = at(place - step)
      phases.push([
        awaitPlace(bucket, left, n - 1 + step),
        ...bucket.layers.flatMap((layer, i) => addRows(layer, [left], place, chunks[i][chunk], () => whole)),
        // The last copy is not read by another place.
        ...(step < n - 1 ? [publish(bucket, place)] : []),
      ])
    }
    phases.push(bucket.layers.flatMap((layer) => updateSlice(layer[place], whole)))
    return phases
  })
}
