import { layerCount } from '../../model/shape.ts'
import type { Grid } from '../grid.ts'
import { SHARED } from '../plan.ts'
import { ampleSlots, peakInFlight, peakPending, rankOf, type Table } from '../schedules/schedule.ts'
import { length, type Span } from '../span.ts'
import { addBoundary, WRITTEN, type Boundary } from './boundary.ts'
import { addBuffer, type Draft } from './draft.ts'
import type { Crossing } from './stage.ts'
import { inBatch, inSlots, type Tensor } from './tensor.ts'

type TensorRole = 'activation' | 'delta'

/** Buffers of the activations of the whole batch and of their gradients, which all replicas share, by the layer that reads them. */
export type WholeBatch = Readonly<Record<TensorRole, readonly number[]>>

export function addWholeBatch(draft: Draft, { model, batch }: Grid): WholeBatch {
  const add = (role: TensorRole) =>
    model.widths.map((columns, layer) => {
      if (layer === 0) return -1
      const name = `${role} ${layer}`
      return addBuffer(draft, { name, role, owner: SHARED, layer, rows: batch, columns, slots: 1 })
    })
  return { activation: add('activation'), delta: add('delta') }
}

/** One replica of the pipeline. */
export interface Replica {
  readonly grid: Grid
  readonly table: Table
  /** The layers of each stage, and the ranks that share it. */
  readonly stages: readonly Span[]
  readonly groups: readonly (readonly number[])[]
  readonly microbatches: readonly Span[]
  /** Its number. */
  readonly d: number
  readonly whole: WholeBatch | undefined
}

/** The activations of one replica and their gradients, by the layer that reads them, and what crosses between its stages. */
export function addTensors(draft: Draft, replica: Replica) {
  const { grid, table, stages, groups, microbatches } = replica
  const activations: Tensor[] = []
  const deltas: Tensor[] = []
  /** By the later stage. */
  const crossings: (Crossing | undefined)[] = []
  const actionsOf = (q: number) => table[rankOf(table, q)]

  stages.forEach((layers, q) => {
    const inside = (role: TensorRole, layer: number, slots: number) =>
      addInside(draft, replica, groups[q], role, layer, slots)
    const last = layers.to === layerCount(grid.model) ? layers.to : layers.to - 1
    for (let layer = layers.from + 1; layer <= last; layer++) {
      activations[layer] = inside('activation', layer, peakInFlight(actionsOf(q), q))
      deltas[layer] = inside('delta', layer, peakPending(actionsOf(q), q))
    }
    if (q === 0) return
    const layer = layers.from
    const cross = (role: TensorRole, from: number, to: number, slots: number): Boundary =>
      addBoundary(draft, {
        name: nameOf(replica, role, layer),
        role,
        layer,
        columns: grid.model.widths[layer],
        producers: groups[from],
        consumers: groups[to],
        microbatches,
        slots: Math.min(slots, microbatches.length),
        whole: replica.whole?.[role][layer],
        handoff: grid.handoff,
      })
    const activation = cross('activation', q - 1, q, grid.capacity ?? ampleSlots(table, q))
    // One slot more than pending: a gradient is written while the consumer still holds the earlier ones.
    const delta = cross('delta', q, q - 1, peakPending(actionsOf(q - 1), q - 1) + 1)
    crossings[q] = { activation, delta }
    activations[layer] = activation.read
    deltas[layer] = delta.read
  })
  return { activations, deltas, crossings }
}

/** A tensor that one stage both writes and reads. */
function addInside(
  draft: Draft,
  replica: Replica,
  group: readonly number[],
  role: TensorRole,
  layer: number,
  slots: number,
): Tensor {
  const { grid, microbatches, whole } = replica
  if (whole) return inBatch(draft, whole[role][layer], microbatches, WRITTEN)
  const buffer = addBuffer(draft, {
    name: nameOf(replica, role, layer),
    role,
    owner: group.length > 1 ? SHARED : group[0],
    layer,
    rows: Math.max(...microbatches.map(length)),
    columns: grid.model.widths[layer],
    slots,
  })
  return inSlots(draft, buffer, microbatches)
}

const nameOf = ({ grid, d }: Replica, role: TensorRole, layer: number): string =>
  `${role} ${layer}${grid.dp > 1 ? ` of replica ${d}` : ''}`
