import type { Optimizer } from '../kernels/kernel.ts'
import { layerCount, type Model } from '../model/shape.ts'
import { balancedStages } from './balance.ts'
import { barrier } from './barrier.ts'
import { channel } from './channel.ts'
import { addBuffer, emptyDraft, type Draft } from './draft.ts'
import { PlanError, SHARED, type Plan } from './plan.ts'
import { reductions, type ReductionName } from './reductions/index.ts'
import { reduceAndUpdate, type Replica } from './reductions/reduction.ts'
import { schedules, type ScheduleName } from './schedules/index.ts'
import { peakInFlight } from './schedules/schedule.ts'
import { length, split, type Span } from './span.ts'
import { addStage, type BatchBuffers, type Boundary } from './stage.ts'

/** A point of the space of strategies: `dp` replicas of a pipeline of `pp` stages, dp × pp ranks. */
export interface Grid {
  readonly model: Model
  readonly optimizer: Optimizer
  readonly batch: number
  readonly dp: number
  readonly pp: number
  /** Of each replica's share of the batch. */
  readonly microbatches: number
  readonly schedule: ScheduleName
  readonly reduction: ReductionName
  /** Slots of a boundary's activation; the legal minimum is the consumer's peak in flight. Default: never in the way. */
  readonly capacity?: number
}

/** A producer can write the gradient of one microbatch while the consumer still reads that of the one before. */
const DELTA_SLOTS = 2

/** Why there is no plan for a grid, in words a user can act on; undefined if there is one. */
export function impossible(grid: Grid): string | undefined {
  const { dp, pp, batch, microbatches } = grid
  const layers = layerCount(grid.model)
  if (pp > layers) return `${pp} stages need at least ${pp} layers; the model has ${layers}`
  if (dp > batch)
    return `${dp} ranks that share the batch need at least ${dp} samples; the batch has ${batch}`
  const share = Math.floor(batch / dp)
  if (microbatches > share) {
    return `${microbatches} microbatches need at least ${microbatches} samples; a rank's share of the batch has ${share}`
  }
  return undefined
}

/**
 * The plan of a grid. Replica d works on its share of the batch; its stage s is rank d·pp + s. The gradients of the
 * replicas of one stage are combined by the chosen reduction.
 *
 * @throws PlanError where `impossible` says why
 */
export function planGrid(grid: Grid): Plan {
  const reason = impossible(grid)
  if (reason) throw new PlanError(reason)
  const { model, optimizer, batch, dp, pp } = grid
  const draft = emptyDraft(dp * pp)
  const buffers = addBatch(draft, model, batch)
  const shares = split({ from: 0, to: batch }, dp)
  const stages = balancedStages(model, pp)

  const replicas = shares.map((share, d): Replica[] => {
    const name = dp > 1 ? ` of replica ${d}` : ''
    const microbatches = split(share, grid.microbatches)
    const actions = stages.map((_, s) => schedules[grid.schedule](s, pp, grid.microbatches))
    const boundaries = stages.slice(1).map((layers, s) => {
      const capacity = Math.min(grid.capacity ?? peakInFlight(actions[s]), grid.microbatches)
      return addBoundary(draft, model, layers.from, name, d * pp + s, microbatches, capacity)
    })
    return stages.map((layers, s) =>
      addStage(draft, {
        model,
        optimizer,
        rank: d * pp + s,
        name,
        layers,
        microbatches,
        actions: actions[s],
        batch: buffers,
        upstream: boundaries[s - 1],
        downstream: boundaries[s],
        updates: dp === 1,
      }),
    )
  })
  if (dp > 1) {
    for (let s = 0; s < pp; s++) {
      const group = replicas.map((replica) => replica[s])
      reduceAndUpdate(draft, group, reductions[grid.reduction])
    }
  }
  const everyone = Array.from({ length: dp * pp }, (_, rank) => rank)
  barrier(draft, 'end of step', everyone)
  return { model, batch, optimizer, ...draft, exact: dp === 1 }
}

function addBatch(draft: Draft, model: Model, batch: number): BatchBuffers {
  const shared = { owner: SHARED, layer: 0, rows: batch, slots: 1 }
  return {
    features: addBuffer(draft, { ...shared, name: 'features', role: 'features', columns: model.widths[0] }),
    labels: addBuffer(draft, { ...shared, name: 'labels', role: 'labels', columns: 1 }),
    losses: addBuffer(draft, { ...shared, name: 'losses', role: 'losses', columns: 1 }),
  }
}

/** Both buffers lie with their consumers: the activation with the later stage, its gradient with the earlier one. */
function addBoundary(
  draft: Draft,
  model: Model,
  layer: number,
  name: string,
  producer: number,
  microbatches: readonly Span[],
  capacity: number,
): Boundary {
  const consumer = producer + 1
  const shape = { layer, rows: Math.max(...microbatches.map(length)), columns: model.widths[layer] }
  const deltaSlots = Math.min(DELTA_SLOTS, microbatches.length)
  const add = (role: 'activation' | 'delta', owner: number, slots: number) =>
    addBuffer(draft, { ...shape, name: `${role} ${layer}${name}`, role, owner, slots })
  return {
    activation: add('activation', consumer, capacity),
    delta: add('delta', producer, deltaSlots),
    forward: channel(draft, `activation ${layer}${name}`, producer, consumer, capacity),
    backward: channel(draft, `delta ${layer}${name}`, consumer, producer, deltaSlots),
  }
}
