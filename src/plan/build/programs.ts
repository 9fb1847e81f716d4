import { impossible, ownersCompute, tableOf, type Grid } from '../grid.ts'
import { PlanError, SHARED, type Plan, type Role } from '../plan.ts'
import { FLOATS_PER_LINE } from '../read/bytes.ts'
import { combine } from '../reductions/combine.ts'
import { reductions } from '../reductions/index.ts'
import { rankOf, stagesOf, type Table } from '../schedules/schedule.ts'
import { samplesVersion, split, splitAligned, type Span } from '../span.ts'
import { addTensors, addWholeBatch } from './activations.ts'
import { balancedStages } from './balance.ts'
import { WRITTEN } from './boundary.ts'
import { addBuffer, barrier, emit, emptyDraft, inBatch, type Draft } from './draft.ts'
import { update } from './parameters.ts'
import { addAction, packWeights, weightGradients, type Layers, type Stage } from './stage.ts'
import { addStageParameters } from './stage-parameters.ts'

/**
 * The plan of a grid. Replica d works on its share of the batch; rank t at place s of its pipeline is rank
 * (d·pp + s)·tp + t. The chosen reduction combines the gradients of the replicas.
 *
 * @throws PlanError if the grid is `impossible`
 */
export function planGrid(grid: Grid): Plan {
  const reason = impossible(grid)
  if (reason) throw new PlanError(reason)
  const { model, optimizer, batch, dp, pp, tp } = grid
  const draft = emptyDraft(dp * pp * tp)
  addPrograms(draft, grid, tableOf(grid))
  barrier(draft, 'end of step', [...draft.programs.keys()])
  return { model, batch, optimizer, ...draft, exact: dp === 1 || ownersCompute(grid) }
}

/** Fills the programs of all ranks, except for the barrier at the end. */
function addPrograms(draft: Draft, grid: Grid, table: Table): void {
  const { model, dp, pp, tp, reduction } = grid
  const batch = { from: 0, to: grid.batch }
  const shares = split(batch, dp)
  const stages = balancedStages(model, stagesOf(table))
  const places = stages.map((_, q) => rankOf(table, q))
  /** By stage and replica, the ranks that share the stage. */
  const groups = places.map((s) => shares.map((_, d) => Array.from({ length: tp }, (__, t) => (d * pp + s) * tp + t)))
  const [features, labels, losses] = addBatch(draft, grid)
  /** By layer, replica and rank. */
  const parameters = stages.flatMap((layers, q) => addStageParameters(draft, grid, layers, groups[q]))
  const columns = model.widths.map((width) => splitAligned(width, tp, FLOATS_PER_LINE))
  const whole = ownersCompute(grid) ? addWholeBatch(draft, grid) : undefined
  const combinations = stages.map(({ from, to }, q) =>
    dp === 1 || reduction === 'owner'
      ? []
      : groups[q][0].map((_, t) => {
          const ranks = groups[q].map((group) => group[t])
          const layers = parameters.slice(from, to).map((replicas) => replicas.map((group) => group[t]))
          return combine(draft, grid, reductions[reduction], { ranks, shares, layers })
        }),
  )

  shares.forEach((share, d) => {
    const own = parameters.map((replicas) => replicas[d])
    const microbatches = split(share, grid.microbatches)
    const replica = { grid, table, stages, groups: groups.map((replicas) => replicas[d]), microbatches, d, whole }
    const { activations, deltas, crossings } = addTensors(draft, replica)
    activations[0] = inBatch(draft, features, microbatches, 'batch')
    const built = stages.map((layers, q): Stage => {
      const ranks = groups[q][d]
      return {
        layers,
        ranks,
        parameters: own,
        columns,
        microbatches,
        activations,
        deltas,
        labels: inBatch(draft, labels, microbatches, 'batch'),
        losses: inBatch(draft, losses, microbatches, 'loss'),
        upstream: crossings[q],
        downstream: crossings[q + 1],
        layerDone: whole
          ? undefined
          : dp === 1
            ? updates(draft, batch, ranks, own)
            : (layer) => combinations[q].forEach((done) => done(d, layer)),
      }
    })
    table.forEach((actions, s) => {
      // A rank packs its weights while it would wait anyway: for its first input, or for its first delta.
      for (const [q, stage] of built.entries()) if (q > 0 && places[q] === s) packWeights(draft, stage)
      const first = actions.findIndex(({ stage, pass }) => stage === 0 && pass !== 'F')
      actions.forEach((action, i) => {
        if (i === first) packWeights(draft, built[0])
        addAction(draft, built[action.stage], action)
      })
    })
  })
  if (!whole) return

  const tensors = (buffers: readonly number[]) => buffers.map((buffer) => inBatch(draft, buffer, [batch], WRITTEN))
  const all = {
    parameters: parameters.map((replicas) => replicas.flat()),
    microbatches: [batch],
    activations: tensors(whole.activation),
    deltas: tensors(whole.delta),
  }
  all.activations[0] = inBatch(draft, features, [batch], 'batch')
  for (let s = 0; s < pp; s++) {
    const own = stages.filter((_, q) => places[q] === s)
    ownersUpdate(draft, groups[places.indexOf(s)].flat(), own, all)
  }
}

/**
 * Appends the end of a step of owner-computes data parallelism. After one barrier, each rank computes the weight gradient
 * of its own slice of the weights over the whole batch, whose activations lie in shared memory, and updates the slice. No
 * gradients are added, so each element is the same chain of sums as in serial.
 */
function ownersUpdate(
  draft: Draft,
  ranks: readonly number[],
  stages: readonly Span[],
  all: Omit<Layers, 'ranks' | 'layers' | 'layerDone'>,
): void {
  barrier(draft, `gradients of ranks ${ranks.join(' ')}`, ranks)
  const layerDone = updates(draft, all.microbatches[0], ranks, all.parameters)
  for (const layers of stages.toReversed()) weightGradients(draft, { ...all, ranks, layers, layerDone }, 0)
}

/** Each rank updates its own slice of a layer from its own gradient of the whole batch. */
const updates =
  (draft: Draft, batch: Span, ranks: readonly number[], parameters: Layers['parameters']) =>
  (layer: number): void =>
    ranks.forEach((rank, t) => emit(draft, rank, ...update(parameters[layer][t], samplesVersion([batch]))))

/** The buffers of the batch itself: features, labels and losses. */
function addBatch(draft: Draft, { model, batch }: Grid): number[] {
  const add = (role: Role, columns: number) =>
    addBuffer(draft, { name: role, role, owner: SHARED, layer: 0, rows: batch, columns, slots: 1 })
  return [add('features', model.widths[0]), add('labels', 1), add('losses', 1)]
}
