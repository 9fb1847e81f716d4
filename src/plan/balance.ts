import { layerFlop, layerCount, type Model } from '../model/shape.ts'
import type { Span } from './span.ts'

/**
 * Cuts the layers into `stages` contiguous, non-empty ones so that the largest flop count of a stage is as small as
 * it can be (dynamic programme over the last cut; of equal cuts the earliest).
 */
export function balancedStages(model: Model, stages: number): Span[] {
  const layers = layerCount(model)
  const before = [0]
  for (let layer = 0; layer < layers; layer++) before.push(before[layer] + layerFlop(model, layer, 1))

  // best[s][l]: smallest possible largest stage when layers 0..l are cut into s stages, and where the last one starts.
  const best: { cost: number; start: number }[][] = [[]]
  best[0] = before.map((_, l) => ({ cost: l === 0 ? 0 : Infinity, start: 0 }))
  for (let s = 1; s <= stages; s++) {
    best[s] = before.map((end, l) => {
      let choice = { cost: Infinity, start: 0 }
      for (let start = 0; start < l; start++) {
        const cost = Math.max(best[s - 1][start].cost, end - before[start])
        if (cost < choice.cost) choice = { cost, start }
      }
      return choice
    })
  }

  const spans: Span[] = []
  for (let s = stages, to = layers; s > 0; s--) {
    const from = best[s][to].start
    spans.unshift({ from, to })
    to = from
  }
  return spans
}
