import { layerFlop, layerCount, type Model } from '../../model/shape.ts'
import type { Span } from '../span.ts'

/**
 * Cuts the layers into `stages` contiguous, non-empty ones so that the largest flop count of a stage is as small as
 * it can be (dynamic programme over the last cut; of equal cuts the earliest). The later the last cut, the less the last
 * stage has and the more the others: the best cut is where the two meet, which moves on with the layers.
 */
export function balancedStages(model: Model, stages: number): Span[] {
  const layers = layerCount(model)
  const before = [0]
  for (let layer = 0; layer < layers; layer++) before.push(before[layer] + layerFlop(model, layer, 1))

  // starts[s][l]: where the last stage starts when layers 0..l are cut into s; largest[l]: its largest stage then.
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
