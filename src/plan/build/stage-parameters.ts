import { TILE_WIDTH, type Optimizer } from '../../kernels/kernel.ts'
import { addBuffer, inBatch, type Draft } from './draft.ts'
import { ownersCompute, type Grid } from '../grid.ts'
import type { Parameters } from './parameters.ts'
import { SHARED, type Role } from '../plan.ts'
import { ownerSlices, tensorSlices } from './slices.ts'
import { isEmpty, length, split, type Span } from '../span.ts'

/** Number of state buffers that an optimizer keeps, each of the size of the parameters. */
const STATE_BUFFERS: Readonly<Record<Optimizer, number>> = { sgd: 0, momentum: 1, adam: 2 }

/** Owners' slices begin at multiples of this many rows of the weights: whole tiles of every kernel. */
const OWNERS_GRAIN = 12

/**
 * Adds the buffers of the parameters of one stage.
 *
 * @param ranks per replica, the ranks that share each layer
 * @returns per layer of the stage, per replica, per rank
 */
export function addStageParameters(
  draft: Draft,
  grid: Grid,
  layers: Span,
  ranks: readonly (readonly number[])[],
): Parameters[][][] {
  const { model, optimizer, dp, tp, microbatches, shardOptimizer } = grid
  const owned = ownersCompute(grid) ? ownerSlices(model, layers, dp * tp, OWNERS_GRAIN) : undefined
  return model.widths.slice(layers.from, layers.to).map((inputs, position) => {
    const layer = layers.from + position
    const columns = model.widths[layer + 1]
    const add = (name: string, role: Role, owner: number, rows: number) =>
      addBuffer(draft, { name: `${role} ${layer}${name}`, role, owner, layer, rows, columns, slots: 1 })

    const shared = owned && add('', 'weights', SHARED, inputs + 1)
    return ranks.map((group, d) => {
      const name = dp > 1 ? ` of replica ${d}` : ''
      const weights = shared ?? add(name, 'weights', tp > 1 ? SHARED : group[0], inputs + 1)
      return group.map((rank, t): Parameters => {
        const slice = owned ? owned[position][d * tp + t] : tensorSlices(inputs, tp)[t]
        const kept = shardOptimizer && dp > 1 ? split(slice, dp)[d] : slice
        const part = dp * tp > 1 ? ` of rank ${rank}` : ''
        const gradient = isEmpty(slice) ? undefined : add(part, 'gradient', rank, length(slice))
        const addPacked = () => {
          const rows = Math.ceil(inputs / TILE_WIDTH) * TILE_WIDTH
          return inBatch(draft, add(part, 'packed', rank, rows), [{ from: 0, to: rows }], 'before')[0]
        }
        const packed = microbatches > 1 && layer > 0 && tp === 1 ? addPacked() : undefined
        const state = Array.from({ length: isEmpty(kept) ? 0 : STATE_BUFFERS[optimizer] }, (_, moment) =>
          add(` ${moment + 1}${part}`, 'state', rank, length(kept)),
        )
        return { layer, rows: inputs + 1, columns, weights, packed, slice, gradient, kept, state }
      })
    })
  })
}
