import { updateSlice } from '../build/parameters.ts'
import type { Instruction } from '../plan.ts'
import { mergedVersion } from '../build/samples.ts'
import { addRows, chunksOf, hear, placesOf, tell, wholeOf, type Reduction } from './reduction.ts'

/**
 * The ring (Patarasuk and Yuan 2009), with n places in 2(n − 1) steps. Reduce-scatter: chunk c begins at place c + 1 and
 * goes round to the right, each place adding its own part, until it is complete at place c. All-gather: the complete
 * chunks go round once more and are copied. Every place reads from its left neighbour only.
 */
export const ring: Reduction = (bucket) => {
  const n = placesOf(bucket)
  const whole = wholeOf(bucket)
  const at = (place: number) => ((place % n) + n) % n
  /** By chunk c and hops: the samples in it after it has been at place c + 1, c + 2, …, c + hops. */
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
    const phases: Instruction[][] = [[tell(bucket, place)]]
    for (let step = 1; step < n; step++) {
      const chunk = at(place - 1 - step)
      const holds = (p: number) => (p === left ? gathered[chunk][step] : bucket.partial[p])
      phases.push([
        hear(bucket, left, step),
        ...bucket.layers.flatMap((layer, i) => addRows(layer, [left, place], place, chunks[i][chunk], holds)),
        tell(bucket, place),
      ])
    }
    for (let step = 1; step < n; step++) {
      const chunk = at(place - step)
      phases.push([
        hear(bucket, left, n - 1 + step),
        ...bucket.layers.flatMap((layer, i) => addRows(layer, [left], place, chunks[i][chunk], () => whole)),
        // Nobody reads on from the last copy.
        ...(step < n - 1 ? [tell(bucket, place)] : []),
      ])
    }
    phases.push(bucket.layers.flatMap((layer) => updateSlice(layer[place], whole)))
    return phases
  })
}
