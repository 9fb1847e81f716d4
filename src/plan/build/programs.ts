import { impossible, ownersCompute, tableOf, type Grid } from '../grid.ts'
import { PlanError, SHARED, type Plan, type Role } from '../plan.ts'
import { FLOATS_PER_LINE } from '../read/bytes.ts'
import { combine } from '../reductions/combine.ts'
import { reductions } from '../reductions/index.ts'
import { rankOf, stagesOf, type Table } from '../schedules/schedule.ts'
import { split, splitAligned, type Span } from '../span.ts'
import { addTensors, addWholeBatch } from './activations.ts'
import { balancedStages } from './balance.ts'
import { WRITTEN } from './boundary.ts'
import { addBuffer, barrier, emit, emptyDraft, type Draft } from './draft.ts'
import { ownersUpdate } from './owner.ts'
import { updateSlice, type Parameters } from './parameters.ts'
import { samplesVersion } from './samples.ts'
import { addAction, packWeights, type Stage } from './stage.ts'
import { addStageParameters } from './stage-parameters.ts'
import { inBatch, wholeBatch } from './tensor.ts'

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
  const table = tableOf(grid)
  const draft = emptyDraft(dp * pp * tp)
  const stages = balancedStages(model, stagesOf(table))
  addPrograms(draft, grid, table, stages, split({ from: 0, to: batch }, dp))
  barrier(draft, 'end of step', [...draft.programs.keys()])
  return { model, batch, optimizer, ...draft, exact: dp === 1 || ownersCompute(grid) }
}

/**
 * Fills the programs of all ranks, except for the barrier at the end.
 *
 * @param stages the layers of each stage
 * @param shares the samples of each replica
 */
function addPrograms(draft: Draft, grid: Grid, table: Table, stages: readonly Span[], shares: readonly Span[]): void {
  const { pp, tp } = grid
  const groupAt = (d: number, s: number) => Array.from({ length: tp }, (_, t) => (d * pp + s) * tp + t)
  const places = stages.map((_, q) => rankOf(table, q))
  const batch = addBatch(draft, grid)
  const parameters = stages.map((layers, q) => {
    const ranks = shares.map((_, d) => groupAt(d, places[q]))
    return addStageParameters(draft, grid, layers, ranks, grid.microbatches > 1)
  })
  const whole = ownersCompute(grid) ? addWholeBatch(draft, grid) : undefined
  const layerDone = stages.map((_, q) => afterLayer(draft, grid, shares, parameters[q], groupAt, places[q]))

  shares.forEach((share, d) => {
    const groups = places.map((s) => groupAt(d, s))
    const microbatches = split(share, grid.microbatches)
    const tensors = addTensors(draft, { grid, table, stages, groups, microbatches, d, whole })
    const inputs = inBatch(draft, batch.features, microbatches, 'batch')
    const built = stages.map((layers, q): Stage => ({
      model: grid.model,
      ranks: groups[q],
      layers,
      parameters: parameters[q].map((layer) => layer[d]),
      outputs: columnsOf(grid, layers, 1),
      inputs: columnsOf(grid, layers, 0),
      microbatches,
      labels: inBatch(draft, batch.labels, microbatches, 'batch'),
      losses: inBatch(draft, batch.losses, microbatches, 'loss'),
      activation: (layer) => (layer === 0 ? inputs : tensors.activations[layer]),
      delta: (layer) => tensors.deltas[layer],
      upstream: tensors.crossings[q],
      downstream: tensors.crossings[q + 1],
      computesWeights: whole === undefined,
      layerDone: (position) => layerDone[q](d, position),
    }))
    table.forEach((actions, s) => {
      // A rank packs its weights while it would wait anyway: for its first input, or for its first delta.
      const own = built.filter((_, q) => places[q] === s)
      for (const stage of own) if (stage.upstream) packWeights(draft, stage)
      let packed = own.every((stage) => stage.upstream)
      for (const action of actions) {
        const stage = built[action.stage]
        if (!packed && !stage.upstream && action.pass !== 'F') {
          packWeights(draft, stage)
          packed = true
        }
        addAction(draft, stage, action)
      }
    })
  })

  if (!whole) return
  for (let s = 0; s < pp; s++) {
    const ranks = shares.flatMap((_, d) => groupAt(d, s))
    const layers = stages.flatMap((span, q) =>
      places[q] === s
        ? parameters[q].map((layer, position) => ({
            parameters: layer.flat(),
            input:
              span.from + position === 0
                ? wholeBatch(draft, batch.features, 'batch')
                : wholeBatch(draft, whole.activation[span.from + position], WRITTEN),
            delta: wholeBatch(draft, whole.delta[span.from + position + 1], WRITTEN),
          }))
        : [],
    )
    ownersUpdate(draft, { ranks, layers, samples: { from: 0, to: grid.batch } })
  }
}

/** The buffers of the batch itself. */
function addBatch(draft: Draft, { model, batch }: Grid) {
  const add = (role: Role, columns: number) =>
    addBuffer(draft, { name: role, role, owner: SHARED, layer: 0, rows: batch, columns, slots: 1 })
  return {
    features: add('features', model.widths[0]),
    labels: add('labels', 1),
    losses: add('losses', 1),
  }
}

/** Per layer, the columns of its output (`side` 1) or of its input (0) that each rank of a group computes. */
const columnsOf = ({ model, tp }: Grid, layers: Span, side: 0 | 1): Span[][] =>
  model.widths.slice(layers.from + side, layers.to + side).map((width) => splitAligned(width, tp, FLOATS_PER_LINE))

/** What follows the last weight gradient of a layer in a replica: the update, or the replica's part of a reduction. */
function afterLayer(
  draft: Draft,
  grid: Grid,
  shares: readonly Span[],
  parameters: readonly (readonly (readonly Parameters[])[])[],
  groupAt: (d: number, s: number) => readonly number[],
  s: number,
): (d: number, position: number) => void {
  const { reduction, bucketBytes, overlap, shardOptimizer } = grid
  if (reduction === 'owner' || shares.length === 1) {
    const summed = samplesVersion(shares)
    return (d, position) => {
      groupAt(d, s).forEach((rank, t) => emit(draft, rank, ...updateSlice(parameters[position][d][t], summed)))
    }
  }
  const combinations = groupAt(0, s).map((_, t) =>
    combine(draft, {
      ranks: shares.map((__, d) => groupAt(d, s)[t]),
      shares,
      layers: parameters.map((layer) => layer.map((replica) => replica[t])),
      reduction: reductions[reduction],
      bucketBytes,
      overlap,
      shardOptimizer,
    }),
  )
  return (d, position) => {
    for (const combination of combinations) combination(d, position)
  }
}
