import { TILE_WIDTH, type Optimizer } from '../kernels/kernel.ts'
import { layerCount, type Model } from '../model/shape.ts'
import type { Channel } from './channel.ts'
import { addBuffer, emit, type Draft } from './draft.ts'
import type { Region, Role } from './plan.ts'
import { parameterRows, STATE_BUFFERS, update, weightsOf, type Parameters } from './parameters.ts'
import type { Replica } from './reductions/reduction.ts'
import { samplesVersion } from './samples.ts'
import { peakInFlight, type Action } from './schedules/schedule.ts'
import { length, type Span } from './span.ts'

/** The buffers that all ranks share; they hold the whole batch. */
export interface BatchBuffers {
  readonly features: number
  readonly labels: number
  readonly losses: number
}

/** Where two neighbouring stages meet: the buffers and channels of the activation that crosses and of its gradient. */
export interface Boundary {
  readonly activation: number
  readonly delta: number
  readonly forward: Channel
  readonly backward: Channel
}

export interface Stage {
  readonly model: Model
  readonly optimizer: Optimizer
  readonly rank: number
  /** Distinguishes the buffers of this stage's replica in their names. */
  readonly name: string
  readonly layers: Span
  /** Rows of the batch that this replica works on, cut into its microbatches. */
  readonly microbatches: readonly Span[]
  readonly actions: readonly Action[]
  readonly batch: BatchBuffers
  readonly upstream?: Boundary | undefined
  readonly downstream?: Boundary | undefined
  /** The update follows at once on a layer's last gradient; otherwise a reduction comes first. */
  readonly updates: boolean
}

/** Appends one stage's share of a training step to its rank's program. */
export function addStage(draft: Draft, stage: Stage): Replica {
  const { model, rank, layers, microbatches, upstream, downstream } = stage
  const { widths } = model
  const largest = Math.max(...microbatches.map(length))
  const inFlight = peakInFlight(stage.actions)
  const isLast = layers.to === layerCount(model)
  const samples = { from: microbatches[0].from, to: microbatches[microbatches.length - 1].to }

  const own = (role: Role, layer: number, rows: number, columns: number, slots: number, suffix = '') =>
    addBuffer(draft, {
      name: `${role}${suffix} ${layer}${stage.name}`,
      role,
      owner: rank,
      layer,
      rows,
      columns,
      slots,
    })

  const parameters: Parameters[] = []
  /** Per layer, what it reads, and the gradient of what it computes; a layer's output is the next one's input. */
  const activations: number[] = []
  const deltas: number[] = []
  for (let layer = layers.from; layer < layers.to; layer++) {
    const rows = widths[layer] + 1
    const columns = widths[layer + 1]
    const state = Array.from({ length: STATE_BUFFERS[stage.optimizer] }, (_, moment) =>
      own('state', layer, rows, columns, 1, ` ${moment + 1}`),
    )
    const weights = own('weights', layer, rows, columns, 1)
    const packedRows = Math.ceil(widths[layer] / TILE_WIDTH) * TILE_WIDTH
    const packs = layer > 0 && microbatches.length > 1
    parameters.push({
      layer,
      rows,
      columns,
      weights,
      gradient: own('gradient', layer, rows, columns, 1),
      packed: packs ? own('packed', layer, packedRows, columns, 1) : undefined,
      state,
    })
    const crosses = layer + 1 === layers.to && downstream
    activations[layer + 1] = crosses
      ? downstream.activation
      : own('activation', layer + 1, largest, columns, inFlight)
    deltas[layer + 1] = crosses ? downstream.delta : own('delta', layer + 1, largest, columns, 1)
  }
  if (upstream) {
    activations[layers.from] = upstream.activation
    deltas[layers.from] = upstream.delta
  }

  /** The rows of microbatch k in one of the microbatches' buffers. */
  const slice = (buffer: number, k: number): Region => ({
    buffer,
    slot: k % draft.buffers[buffer].slots,
    rows: { from: 0, to: length(microbatches[k]) },
    columns: { from: 0, to: draft.buffers[buffer].columns },
    version: `microbatch ${k}`,
  })
  const batchRows = (buffer: number, k: number, version: string): Region => ({
    buffer,
    slot: 0,
    rows: microbatches[k],
    columns: { from: 0, to: draft.buffers[buffer].columns },
    version,
  })
  const activation = (layer: number, k: number): Region =>
    layer === 0 ? batchRows(stage.batch.features, k, 'batch') : slice(activations[layer], k)

  const packedOf = ({ packed }: Parameters): { packed?: Region } => {
    if (packed === undefined) return {}
    const { rows, columns } = draft.buffers[packed]
    const whole = { rows: { from: 0, to: rows }, columns: { from: 0, to: columns } }
    return { packed: { buffer: packed, slot: 0, ...whole, version: 'before' } }
  }
  const pack = (): void => {
    for (const dense of parameters) {
      const { packed } = packedOf(dense)
      if (packed) emit(draft, rank, { op: 'pack', layer: dense.layer, weights: weightsOf(dense), packed })
    }
  }

  const forward = (k: number): void => {
    const on = { microbatch: k, samples: microbatches[k] }
    if (upstream) emit(draft, rank, upstream.forward.receive(k))
    for (const dense of parameters) {
      const { layer } = dense
      if (downstream && layer + 1 === layers.to) emit(draft, rank, ...downstream.forward.room(k))
      emit(draft, rank, {
        op: 'forward',
        layer,
        ...on,
        input: activation(layer, k),
        weights: parameterRows(dense, dense.weights, { from: 0, to: dense.rows }, 'before'),
        output: activation(layer + 1, k),
      })
    }
    if (downstream) emit(draft, rank, downstream.forward.send())
  }

  const backward = (k: number): void => {
    const on = { microbatch: k, samples: microbatches[k] }
    if (downstream) emit(draft, rank, downstream.backward.receive(k))
    if (isLast) {
      const last = layers.to
      emit(draft, rank, {
        op: 'loss',
        ...on,
        output: activation(last, k),
        labels: batchRows(stage.batch.labels, k, 'batch'),
        delta: slice(deltas[last], k),
        losses: batchRows(stage.batch.losses, k, 'loss'),
      })
    }
    for (const dense of parameters.toReversed()) {
      const { layer } = dense
      const delta = slice(deltas[layer + 1], k)
      if (upstream && layer === layers.from) emit(draft, rank, ...upstream.backward.room(k))
      if (layer > 0) {
        emit(draft, rank, {
          op: 'backward-input',
          layer,
          ...on,
          delta,
          weights: weightsOf(dense),
          ...packedOf(dense),
          input: activation(layer, k),
          result: slice(deltas[layer], k),
        })
      }
      const accumulated = { from: samples.from, to: microbatches[k].from }
      const summed = samplesVersion([accumulated, microbatches[k]])
      emit(draft, rank, {
        op: 'backward-weight',
        layer,
        ...on,
        accumulated,
        input: activation(layer, k),
        delta,
        gradient: parameterRows(dense, dense.gradient, { from: 0, to: dense.rows }, summed),
      })
      if (stage.updates && k === microbatches.length - 1) {
        emit(draft, rank, update(dense, dense.gradient, { from: 0, to: dense.rows }, summed))
      }
    }
    // As the field does for a fused backward pass: the gradient is sent after both products are done.
    if (upstream) emit(draft, rank, upstream.backward.send(), upstream.forward.release())
    if (downstream) emit(draft, rank, downstream.backward.release())
  }

  // Weights are packed while the rank would wait anyway: for its first input, or, at the first stage, for its first delta.
  if (upstream) pack()
  for (const { pass, microbatch } of stage.actions) {
    if (!upstream && pass === 'B' && microbatch === 0) pack()
    if (pass === 'F') forward(microbatch)
    else backward(microbatch)
  }
  return { rank, samples, layers: parameters }
}
