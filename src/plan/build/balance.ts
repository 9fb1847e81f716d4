import { layerFlop, layerCount, type Model } from '../../model/shape.ts'
import type { Span } from '../span.ts'

/**
 * Cuts the layers into contiguous, non-empty stages so that the largest flop count of a stage is minimal (dynamic
 * programming over the last cut; the earliest of equal cuts). A later last cut leaves less for the last stage and more for
 * the others: the best cut is where the two meet, and it only moves forward as layers are added.
 */
export function balancedStages(model: Model, stages: number): Span[] {
  const layers = layerCount(model)
  const before = [0]
  for (let layer = 0; layer < layers; layer++) before.push(before[layer] + layerFlop(model, layer, 1))

  // Layers 0..l cut into s stages: starts[s][l] is where the last one starts, largest[l] the flop of the largest.
  const starts: number[][] = [[], before.map(() => 0)]
  let largest = before
  for (let s = 2; s <= stages; s++) {
    const next: number[] = []
    const start: number[] = []
    for (let l = s, meet = s - 1; l <= layers; l++) {
      while (largest[meet] < before[l] - before[meet]) meet++
      const earlier = meet >= s && before[l] - before[meet - 1] <= largest[meet]
      start[l] = earlier ? meet - 1 : meet
      next[l] = earlier ? before[l] - before[meet - 1] : largest[meet]
    }
    starts.push(start)
    largest = next
  }

  const spans: Span[] = []
  for (let s = stages, to = layers; s > 0; s--) {
    const from = starts[s][to]
    spans.push({ from, to })
    to = from
  }
  return spans.toReversed()
}
