import { TILE_WIDTH } from '../../kernels/kernel.ts'
import { addBuffer, type Draft } from './draft.ts'
import { ownersCompute, type Grid } from '../grid.ts'
import { STATE_BUFFERS, type Parameters } from './parameters.ts'
import { SHARED, type Role } from '../plan.ts'
import { chunksOf } from '../reductions/reduction.ts'
import { ownerSlices, tensorSlices } from './slices.ts'
import { isEmpty, length, type Span } from '../span.ts'

/** Owners' slices begin at multiples of this many rows of the weights: whole tiles of every kernel. */
const OWNERS_GRAIN = 12

/**
 * Adds the buffers of the parameters of one stage.
 *
 * @param ranks per replica, the ranks that share each layer
 * @returns per layer, per replica, per rank
 */
export function addStageParameters(
  draft: Draft,
  grid: Grid,
  layers: Span,
  ranks: readonly (readonly number[])[],
  packs: boolean,
): Parameters[][][] {
  const { model, optimizer, dp, tp } = grid
  const { widths } = model
  const owners = ownersCompute(grid)
  const owned = owners ? ownerSlices(model, layers, dp * tp, OWNERS_GRAIN) : []
  const result: Parameters[][][] = []
  for (let layer = layers.from; layer < layers.to; layer++) {
    const rows = widths[layer] + 1
    const columns = widths[layer + 1]
    const add = (name: string, role: Role, owner: number, height: number) =>
      addBuffer(draft, {
        name: `${role} ${layer}${name}`,
        role,
        owner,
        layer,
        rows: height,
        columns,
        slots: 1,
      })

    let weights = -1
    result.push(
      ranks.map((group, d) => {
        const name = dp > 1 ? ` of replica ${d}` : ''
        if (!owners) weights = add(name, 'weights', tp > 1 ? SHARED : group[0], rows)
        else if (d === 0) weights = add('', 'weights', SHARED, rows)
        return group.map((rank, t): Parameters => {
          const slice = owners ? owned[layer - layers.from][d * tp + t] : tensorSlices(widths[layer], tp)[t]
          const kept = grid.shardOptimizer && dp > 1 ? chunksOf(slice, dp)[d] : slice
          const part = dp * tp > 1 ? ` of rank ${rank}` : ''
          return {
            layer,
            rows,
            columns,
            weights,
            slice,
            kept,
            gradient: isEmpty(slice) ? undefined : add(part, 'gradient', rank, length(slice)),
            packed:
              packs && layer > 0 && tp === 1
                ? add(part, 'packed', rank, Math.ceil(widths[layer] / TILE_WIDTH) * TILE_WIDTH)
                : undefined,
            state: isEmpty(kept)
              ? []
              : Array.from({ length: STATE_BUFFERS[optimizer] }, (_, moment) =>
                  add(` ${moment + 1}${part}`, 'state', rank, length(kept)),
                ),
          }
        })
      }),
    )
  }
  return result
}
