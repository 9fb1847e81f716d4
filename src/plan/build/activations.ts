import { layerCount } from '../../model/shape.ts'
import { addBoundary, WRITTEN } from './boundary.ts'
import { addBuffer, type Draft } from './draft.ts'
import type { Grid } from '../grid.ts'
import { SHARED, type Role } from '../plan.ts'
import { ampleSlots, peakInFlight, peakPending, rankOf, type Table } from '../schedules/schedule.ts'
import { length, type Span } from '../span.ts'
import type { Crossing } from './stage.ts'
import { inBatch, inSlots, wholeBatch, type Tensor } from './tensor.ts'

/** Activations and their gradients of the whole batch, which all replicas share, by the layer that reads them. */
export function addWholeBatch(draft: Draft, { model, batch }: Grid) {
  const add = (role: Role) =>
    model.widths.map((columns, layer) =>
      layer === 0
        ? -1
        : addBuffer(draft, {
            name: `${role} ${layer}`,
            role,
            owner: SHARED,
            layer,
            rows: batch,
            columns,
            slots: 1,
          }),
    )
  const activations = add('activation')
  const deltas = add('delta')
  return {
    activations,
    deltas,
    activation: (layer: number) => wholeBatch(draft, activations[layer], WRITTEN),
    delta: (layer: number) => wholeBatch(draft, deltas[layer], WRITTEN),
  }
}

/** The activations of one replica and their gradients, by the layer that reads them, and what crosses between its stages. */
export function addTensors(
  draft: Draft,
  grid: Grid,
  table: Table,
  stages: readonly Span[],
  groups: readonly (readonly number[])[],
  microbatches: readonly Span[],
  d: number,
  whole: { readonly activations: readonly number[]; readonly deltas: readonly number[] } | undefined,
) {
  const { widths } = grid.model
  const rows = Math.max(...microbatches.map(length))
  const name = (role: Role, layer: number) => `${role} ${layer}${grid.dp > 1 ? ` of replica ${d}` : ''}`
  const activations: Tensor[] = []
  const deltas: Tensor[] = []
  /** By the later stage. */
  const crossings: (Crossing | undefined)[] = []
  const actionsOf = (q: number) => table[rankOf(table, q)]

  stages.forEach((layers, q) => {
    const group = groups[q]
    const inside = (
      role: 'activation' | 'delta',
      layer: number,
      slots: number,
      of: readonly number[] | undefined,
    ) =>
      of
        ? inBatch(draft, of[layer], microbatches, WRITTEN)
        : inSlots(
            draft,
            addBuffer(draft, {
              name: name(role, layer),
              role,
              owner: group.length > 1 ? SHARED : group[0],
              layer,
              rows,
              columns: widths[layer],
              slots,
            }),
            microbatches,
          )
    const last = layers.to === layerCount(grid.model) ? layers.to : layers.to - 1
    for (let layer = layers.from + 1; layer <= last; layer++) {
      activations[layer] = inside('activation', layer, peakInFlight(actionsOf(q), q), whole?.activations)
      deltas[layer] = inside('delta', layer, peakPending(actionsOf(q), q), whole?.deltas)
    }
    if (q === 0) return
    const layer = layers.from
    const cross = (
      role: 'activation' | 'delta',
      from: number,
      to: number,
      slots: number,
      of: readonly number[] | undefined,
    ) =>
      addBoundary(draft, {
        name: name(role, layer),
        role,
        layer,
        columns: widths[layer],
        producers: groups[from],
        consumers: groups[to],
        microbatches,
        slots: Math.min(slots, microbatches.length),
        whole: of?.[layer],
        handoff: grid.handoff,
      })
    const activation = cross(
      'activation',
      q - 1,
      q,
      grid.capacity ?? ampleSlots(table, q),
      whole?.activations,
    )
    // A gradient is written while the consumer still holds those before.
    const delta = cross('delta', q, q - 1, peakPending(actionsOf(q - 1), q - 1) + 1, whole?.deltas)
    crossings[q] = { activation, delta }
    activations[layer] = activation.read
    deltas[layer] = delta.read
  })
  return { activations, deltas, crossings }
}
