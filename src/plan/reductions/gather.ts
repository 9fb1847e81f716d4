import { gradientOf, update } from '../build/parameters.ts'
import { addRows, awaitPlace, awaitOthers, placesOf, publish, wholeOf, type Reduction } from './reduction.ts'

/** The first place sums everything while the others wait: the naive parameter server. */
export const gather: Reduction = (bucket) => {
  const places = Array.from({ length: placesOf(bucket) }, (_, place) => place)
  const whole = wholeOf(bucket)
  return places.map((place) => [
    [publish(bucket, place)],
    place === 0
      ? [
          ...awaitOthers(bucket, 0, 1),
          ...bucket.layers.flatMap((layer) => addRows(layer, places, 0, layer[0].slice, (p) => bucket.partial[p])),
          publish(bucket, 0),
        ]
      : [],
    [
      ...(place === 0 ? [] : [awaitPlace(bucket, 0, 2)]),
      ...bucket.layers.flatMap((layer) => {
        const { slice } = layer[0]
        return slice.from < slice.to ? [update(layer[place], slice, gradientOf(layer[0], slice, whole))] : []
      }),
    ],
  ])
}
