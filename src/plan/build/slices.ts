import type { Model } from '../../model/shape.ts'
import { splitAligned, type Span } from '../span.ts'
import { FLOATS_PER_LINE } from '../read/bytes.ts'

/**
 * Divides the rows of a layer's parameter matrix between the ranks of a tensor-parallel group. A rank gets the rows that
 * match the columns of the input gradient that it computes, so no other rank reads a weight before its owner updates it.
 * The bias goes with the last rows.
 */
export function tensorSlices(inputs: number, ranks: number): Span[] {
  const spans = splitAligned(inputs, ranks, FLOATS_PER_LINE)
  const last = spans.findLastIndex((span) => span.from < span.to)
  return spans.map((span, rank) => (rank === last ? { from: span.from, to: inputs + 1 } : span))
}

/** Cost of a panel narrower than the kernel's tile, relative to a whole panel: it is copied as well. */
const NARROW_PANEL = 2

/**
 * Divides the rows of all parameter matrices of some layers between ranks that compute their gradients over the whole
 * batch. The layers form one long list of rows, which is cut into parts of about the same flop count at multiples of
 * `grain` rows, so a rank reads the activations of few layers, in whole tiles.
 *
 * @returns per layer (counted from the first of `layers`), per rank, the rows of the parameter matrix
 */
export function ownerSlices(model: Model, layers: Span, ranks: number, grain: number): Span[][] {
  const parts = model.widths.slice(layers.from, layers.to).map((inputs, position) => {
    const columns = model.widths[layers.from + position + 1]
    const narrow = columns % FLOATS_PER_LINE === 0 ? 0 : NARROW_PANEL
    return { height: inputs + 1, cost: Math.floor(columns / FLOATS_PER_LINE) + narrow }
  })
  const total = parts.reduce((sum, { height, cost }) => sum + height * cost, 0)
  let before = 0
  return parts.map(({ height, cost }) => {
    /** Where a rank's part begins in this layer. */
    const cut = (rank: number): number => {
      if (rank === ranks) return height
      const rows = ((total * rank) / ranks - before) / cost
      const aligned = Math.round(rows / grain) * grain
      return Math.min(height, Math.max(0, aligned >= height - 1 ? height : aligned))
    }
    const spans = Array.from({ length: ranks }, (_, rank) => ({ from: cut(rank), to: cut(rank + 1) }))
    before += height * cost
    return spans
  })
}
