import { layerCount } from '../../model/shape.ts'
import type { Grid } from '../grid.ts'
import { SHARED } from '../plan.ts'
import { ampleSlots, peakInFlight, peakPending, rankOf, type Table } from '../schedules/schedule.ts'
import { length, type Span } from '../span.ts'
import { addBoundary, addTensor, type Boundary } from './boundary.ts'
import { addBuffer, type Draft, type Tensor } from './draft.ts'

type TensorRole = 'activation' | 'delta'

/** Buffers of the activations of the whole batch and of their gradients, which all replicas share, by the layer that reads them. */
export type WholeBatch = Readonly<Record<TensorRole, readonly number[]>>

export function addWholeBatch(draft: Draft, { model, batch }: Grid): WholeBatch {
  const add = (role: TensorRole) => {
    const buffers: number[] = []
    for (let layer = 1; layer < model.widths.length; layer++) {
      const columns = model.widths[layer]
      const name = `${role} ${layer}`
      buffers[layer] = addBuffer(draft, { name, role, owner: SHARED, layer, rows: batch, columns, slots: 1 })
    }
    return buffers
  }
  return { activation: add('activation'), delta: add('delta') }
}

/** One replica of the pipeline. */
interface Replica {
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

/** An activation that crosses between neighbouring stages, and its gradient, which crosses the other way. */
export type Crossing = Readonly<Record<TensorRole, Boundary>>

/** The activations of one replica and their gradients, by the layer that reads them, and what crosses between its stages. */
export function addTensors(draft: Draft, replica: Replica) {
  const { grid, table, stages, groups, microbatches, d, whole } = replica
  const activations: Tensor[] = []
  const deltas: Tensor[] = []
  /** By the later stage. */
  const crossings: (Crossing | undefined)[] = []
  const actionsOf = (q: number) => table[rankOf(table, q)]
  const bufferOf = (role: TensorRole, layer: number, slots: number) => ({
    name: `${role} ${layer}${grid.dp > 1 ? ` of replica ${d}` : ''}`,
    role,
    layer,
    rows: Math.max(...microbatches.map(length)),
    columns: grid.model.widths[layer],
    slots,
  })

  stages.forEach((layers, q) => {
    /** A tensor that one stage both writes and reads. */
    const inside = (role: TensorRole, layer: number, slots: number) =>
      addTensor(draft, bufferOf(role, layer, slots), groups[q], microbatches, whole?.[role][layer])
    const last = layers.to === layerCount(grid.model) ? layers.to : layers.to - 1
    for (let layer = layers.from + 1; layer <= last; layer++) {
      activations[layer] = inside('activation', layer, peakInFlight(actionsOf(q), q))
      deltas[layer] = inside('delta', layer, peakPending(actionsOf(q), q))
    }
    if (q === 0) return
    const layer = layers.from
    const cross = (role: TensorRole, from: number, to: number, slots: number): Boundary =>
      addBoundary(draft, {
        buffer: bufferOf(role, layer, Math.min(slots, microbatches.length)),
        producers: groups[from],
        consumers: groups[to],
        microbatches,
        whole: whole?.[role][layer],
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
