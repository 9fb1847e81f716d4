import type { Crossing } from './activations.ts'
import { barrier, emit, type Draft, type Tensor } from './draft.ts'
import { gradientOf, weightsOf, type Parameters } from './parameters.ts'
import type { Instruction } from '../plan.ts'
import type { Action } from '../schedules/schedule.ts'
import { isEmpty, samplesVersion, split, type Span } from '../span.ts'

/** What the weight gradients of some layers are computed from, and by whom. */
export interface Layers {
  readonly layers: Span
  /** Several if the stage is tensor-parallel: they take the same actions, each on its part of every layer. */
  readonly ranks: readonly number[]
  /** By layer and rank. */
  readonly parameters: readonly (readonly Parameters[])[]
  /** Rows of the batch, cut into microbatches. */
  readonly microbatches: readonly Span[]
  /** By layer, its input and its gradient; past the last layer, the model's output. */
  readonly activations: readonly Tensor[]
  readonly deltas: readonly Tensor[]
  /**
   * Called when the gradient of a layer holds all samples; undefined if the weight gradients are computed over the whole
   * batch at the end of the step.
   */
  readonly layerDone: ((layer: number) => void) | undefined
}

/** One stage of one replica: its layers, the ranks that share each of them, and where everything lies. */
export interface Stage extends Layers {
  /** By layer, the columns of its input that each rank computes; past the last layer, of the model's output. */
  readonly columns: readonly (readonly Span[])[]
  readonly labels: Tensor
  readonly losses: Tensor
  readonly upstream: Crossing | undefined
  readonly downstream: Crossing | undefined
}

/** Appends one action of a schedule to the programs of a stage's ranks. */
export function addAction(draft: Draft, stage: Stage, { pass, microbatch }: Action): void {
  if (pass === 'F') return forward(draft, stage, microbatch)
  if (pass !== 'W') return backward(draft, stage, microbatch, pass === 'B')
  weightGradients(draft, stage, microbatch)
  together(draft, stage, `weights of microbatch ${microbatch}`)
  release(draft, stage)
}

/** Packs the weights that have a packed form. */
export function packWeights(draft: Draft, { ranks, layers, parameters }: Stage): void {
  for (const shares of parameters.slice(layers.from, layers.to)) {
    shares.forEach((dense, t) => {
      const { layer, rows, packed } = dense
      const weights = weightsOf(dense, { from: 0, to: rows - 1 })
      if (packed) emit(draft, ranks[t], { op: 'pack', layer, weights, packed })
    })
  }
}

/** Appends what each rank of a stage has to do, if anything. */
const onEach = (draft: Draft, { ranks }: Stage, todo: (t: number) => readonly Instruction[] | undefined): void =>
  ranks.forEach((rank, t) => emit(draft, rank, ...(todo(t) ?? [])))

/** A barrier of a tensor-parallel group: its ranks read next what the others have written, or overwrite what they read. */
function together(draft: Draft, { ranks }: Stage, what: string): void {
  if (ranks.length > 1) barrier(draft, `${what} on ranks ${ranks.join(' ')}`, ranks)
}

const on = ({ microbatches }: Layers, k: number) => ({ microbatch: k, samples: microbatches[k] })

function forward(draft: Draft, stage: Stage, k: number): void {
  const { layers, parameters, columns, activations, upstream, downstream } = stage
  onEach(draft, stage, (t) => upstream?.activation.receive(t, k))
  for (let layer = layers.from; layer < layers.to; layer++) {
    const crossing = layer + 1 === layers.to ? downstream?.activation : undefined
    const output = (crossing?.written ?? activations[layer + 1])[k]
    onEach(draft, stage, (t) => {
      const room = crossing?.room(t, k) ?? []
      const own = columns[layer + 1][t]
      if (isEmpty(own)) return room
      const dense = parameters[layer][t]
      const weights = weightsOf(dense, { from: 0, to: dense.rows }, own)
      const input = activations[layer][k]
      return [...room, { op: 'forward', layer, ...on(stage, k), input, weights, output: { ...output, columns: own } }]
    })
    together(draft, stage, `forward ${layer} of microbatch ${k}`)
  }
  onEach(draft, stage, (t) => downstream?.activation.send(t, k))
}

/** The loss of the samples of a microbatch, divided by rows between the ranks. */
function loss(draft: Draft, stage: Stage, k: number): void {
  const { ranks, layers, microbatches, labels, losses } = stage
  const output = stage.activations[layers.to][k]
  const delta = stage.deltas[layers.to][k]
  const first = microbatches[k].from - output.rows.from
  split(output.rows, ranks.length).forEach((rows, t) => {
    if (isEmpty(rows)) return
    const samples = { from: rows.from + first, to: rows.to + first }
    emit(draft, ranks[t], {
      op: 'loss',
      microbatch: k,
      samples,
      output: { ...output, rows },
      labels: { ...labels[k], rows: samples },
      delta: { ...delta, rows },
      losses: { ...losses[k], rows: samples },
    })
  })
  together(draft, stage, `loss of microbatch ${k}`)
}

/** The input gradients of all layers, from the last to the first; in a fused pass the weight gradients as well. */
function backward(draft: Draft, stage: Stage, k: number, fused: boolean): void {
  const { layers, parameters, activations, deltas, upstream, downstream } = stage
  onEach(draft, stage, (t) => downstream?.delta.receive(t, k))
  if (!downstream) loss(draft, stage, k)
  for (let layer = layers.to - 1; layer >= layers.from; layer--) {
    const crossing = layer === layers.from ? upstream?.delta : undefined
    onEach(draft, stage, (t) => {
      const room = crossing?.room(t, k) ?? []
      const columns = stage.columns[layer][t]
      if (layer === 0 || isEmpty(columns)) return room
      const dense = parameters[layer][t]
      const product: Instruction = {
        op: 'backward-input',
        layer,
        ...on(stage, k),
        delta: deltas[layer + 1][k],
        weights: weightsOf(dense, columns),
        ...(dense.packed && { packed: dense.packed }),
        input: { ...activations[layer][k], columns },
        result: { ...(crossing?.written ?? deltas[layer])[k], columns },
      }
      return [...room, product]
    })
    if (fused) weightGradient(draft, stage, layer, k)
    together(draft, stage, `backward ${layer} of microbatch ${k}`)
  }
  // A fused backward pass sends the gradient after both products, as the field does.
  onEach(draft, stage, (t) => upstream?.delta.send(t, k))
  if (fused) release(draft, stage)
}

/** Frees the slots of a microbatch, which is not read any more. */
function release(draft: Draft, stage: Stage): void {
  const { upstream, downstream, layerDone } = stage
  if (!layerDone) return
  onEach(draft, stage, (t) => upstream?.activation.release(t))
  onEach(draft, stage, (t) => downstream?.delta.release(t))
}

/** Adds one microbatch to the weight gradients of all layers. */
export function weightGradients(draft: Draft, stage: Layers, k: number): void {
  for (let layer = stage.layers.to - 1; layer >= stage.layers.from; layer--) weightGradient(draft, stage, layer, k)
}

function weightGradient(draft: Draft, stage: Layers, layer: number, k: number): void {
  const { ranks, parameters, microbatches, activations, deltas, layerDone } = stage
  if (!layerDone) return
  const accumulated = { from: microbatches[0].from, to: microbatches[k].from }
  const summed = samplesVersion([accumulated, microbatches[k]])
  const input = activations[layer][k]
  ranks.forEach((rank, t) => {
    const { slice: rows } = parameters[layer][t]
    if (isEmpty(rows)) return
    // The bias, in the last row, needs no input.
    const columns = { from: Math.min(rows.from, input.columns.to), to: Math.min(rows.to, input.columns.to) }
    emit(draft, rank, {
      op: 'backward-weight',
      layer,
      ...on(stage, k),
      accumulated,
      input: { ...input, columns },
      delta: deltas[layer + 1][k],
      rows,
      gradient: gradientOf(parameters[layer][t], rows, summed),
    })
  })
  if (k === microbatches.length - 1) layerDone(layer)
}
