import { layerCount, type Model } from '../../model/shape.ts'
import { barrier, emit, type Draft } from './draft.ts'
import type { Boundary } from './boundary.ts'
import { gradientOf, weightsOf, type Parameters } from './parameters.ts'
import type { Region } from '../plan.ts'
import { samplesVersion } from './samples.ts'
import type { Action } from '../schedules/schedule.ts'
import { isEmpty, split, type Span } from '../span.ts'
import type { Tensor } from './tensor.ts'

/** An activation that crosses between neighbouring stages, and its gradient, which crosses the other way. */
export interface Crossing {
  readonly activation: Boundary
  readonly delta: Boundary
}

/** One stage of one replica: its layers, the ranks that share each of them, and where everything lies. */
export interface Stage {
  readonly model: Model
  /** Several if the stage is tensor-parallel: they take the same actions, each on its part of every layer. */
  readonly ranks: readonly number[]
  readonly layers: Span
  /** Per layer, counted from the first of the stage, and per rank. */
  readonly parameters: readonly (readonly Parameters[])[]
  /** Likewise, the columns of a layer's output and of its input gradient that a rank computes. */
  readonly outputs: readonly (readonly Span[])[]
  readonly inputs: readonly (readonly Span[])[]
  /** Rows of the batch that this replica works on, cut into its microbatches. */
  readonly microbatches: readonly Span[]
  readonly labels: Tensor
  readonly losses: Tensor
  /** The input of a layer and its gradient; past the last layer, the model's output. */
  readonly activation: (layer: number) => Tensor
  readonly delta: (layer: number) => Tensor
  readonly upstream: Crossing | undefined
  readonly downstream: Crossing | undefined
  /** False if the weight gradients are computed over the whole batch at the end of the step. */
  readonly computesWeights: boolean
  /** Called when the gradient of a layer, counted from the first of the stage, holds all samples of this replica. */
  readonly layerDone: (position: number) => void
}

/** Appends one action of a schedule to the programs of a stage's ranks. */
export function addAction(draft: Draft, stage: Stage, { pass, microbatch }: Action): void {
  switch (pass) {
    case 'F':
      return forward(draft, stage, microbatch)
    case 'I':
      return backward(draft, stage, microbatch, false)
    case 'W':
      return weightGradients(draft, stage, microbatch)
    case 'B':
      return backward(draft, stage, microbatch, true)
  }
}

/** Packs the weights that have a packed form. */
export function packWeights(draft: Draft, { ranks, parameters }: Stage): void {
  for (const layer of parameters) {
    ranks.forEach((rank, t) => {
      const dense = layer[t]
      const packed = packedOf(draft, dense)
      const weights = weightsOf(dense, { from: 0, to: dense.rows - 1 })
      if (packed) emit(draft, rank, { op: 'pack', layer: dense.layer, weights, packed })
    })
  }
}

function packedOf({ buffers }: Draft, { packed }: Parameters): Region | undefined {
  if (packed === undefined) return undefined
  const { rows, columns } = buffers[packed]
  const whole = { rows: { from: 0, to: rows }, columns: { from: 0, to: columns } }
  return { buffer: packed, slot: 0, ...whole, version: 'before' }
}

/** A barrier of a tensor-parallel group: its ranks read next what the others have written, or overwrite what they read. */
function together(draft: Draft, { ranks }: Stage, what: string): void {
  if (ranks.length > 1) barrier(draft, `${what} on ranks ${ranks.join(' ')}`, ranks)
}

const on = ({ microbatches }: Stage, k: number) => ({ microbatch: k, samples: microbatches[k] })

function forward(draft: Draft, stage: Stage, k: number): void {
  const { ranks, parameters, outputs, upstream, downstream, layers } = stage
  ranks.forEach((rank, t) => emit(draft, rank, ...(upstream?.activation.receive(t, k) ?? [])))
  parameters.forEach((shares, position) => {
    const layer = layers.from + position
    const crossing = layer + 1 === layers.to ? downstream?.activation : undefined
    const output = (crossing?.written ?? stage.activation(layer + 1))(k)
    ranks.forEach((rank, t) => {
      emit(draft, rank, ...(crossing?.room(t, k) ?? []))
      const columns = outputs[position][t]
      if (isEmpty(columns)) return
      emit(draft, rank, {
        op: 'forward',
        layer,
        ...on(stage, k),
        input: stage.activation(layer)(k),
        weights: weightsOf(shares[t], { from: 0, to: shares[t].rows }, columns),
        output: { ...output, columns },
      })
    })
    together(draft, stage, `forward ${layer} of microbatch ${k}`)
  })
  ranks.forEach((rank, t) => emit(draft, rank, ...(downstream?.activation.send(t, k) ?? [])))
}

/** The loss of the samples of a microbatch, divided by rows between the ranks. */
function loss(draft: Draft, stage: Stage, k: number): void {
  const { ranks, model, microbatches } = stage
  const output = stage.activation(layerCount(model))(k)
  const delta = stage.delta(layerCount(model))(k)
  const first = microbatches[k].from - output.rows.from
  split(output.rows, ranks.length).forEach((rows, t) => {
    if (isEmpty(rows)) return
    const samples = { from: rows.from + first, to: rows.to + first }
    emit(draft, ranks[t], {
      op: 'loss',
      microbatch: k,
      samples,
      output: { ...output, rows },
      labels: { ...stage.labels(k), rows: samples },
      delta: { ...delta, rows },
      losses: { ...stage.losses(k), rows: samples },
    })
  })
  together(draft, stage, `loss of microbatch ${k}`)
}

/** The input gradients of all layers, from the last to the first; in a fused pass the weight gradients as well. */
function backward(draft: Draft, stage: Stage, k: number, fused: boolean): void {
  const { ranks, parameters, inputs, upstream, downstream, layers } = stage
  ranks.forEach((rank, t) => emit(draft, rank, ...(downstream?.delta.receive(t, k) ?? [])))
  if (layers.to === layerCount(stage.model)) loss(draft, stage, k)
  for (let position = parameters.length - 1; position >= 0; position--) {
    const layer = layers.from + position
    const crossing = position === 0 ? upstream?.delta : undefined
    ranks.forEach((rank, t) => {
      emit(draft, rank, ...(crossing?.room(t, k) ?? []))
      const columns = inputs[position][t]
      if (layer === 0 || isEmpty(columns)) return
      const dense = parameters[position][t]
      const packed = packedOf(draft, dense)
      emit(draft, rank, {
        op: 'backward-input',
        layer,
        ...on(stage, k),
        delta: stage.delta(layer + 1)(k),
        weights: weightsOf(dense, columns),
        ...(packed ? { packed } : {}),
        input: { ...stage.activation(layer)(k), columns },
        result: { ...(crossing?.written ?? stage.delta(layer))(k), columns },
      })
    })
    if (fused) weightGradient(draft, stage, position, k)
    together(draft, stage, `backward ${layer} of microbatch ${k}`)
  }
  // A fused backward pass sends the gradient after both products, as the field does.
  ranks.forEach((rank, t) => emit(draft, rank, ...(upstream?.delta.send(t, k) ?? [])))
  if (fused) release(draft, stage)
}

function weightGradients(draft: Draft, stage: Stage, k: number): void {
  for (let position = stage.parameters.length - 1; position >= 0; position--) {
    weightGradient(draft, stage, position, k)
  }
  together(draft, stage, `weights of microbatch ${k}`)
  release(draft, stage)
}

/** Frees the slots of a microbatch, which is not read any more. */
function release(draft: Draft, { ranks, upstream, downstream, computesWeights }: Stage): void {
  if (!computesWeights) return
  ranks.forEach((rank, t) => {
    emit(draft, rank, ...(upstream?.activation.release(t) ?? []))
    emit(draft, rank, ...(downstream?.delta.release(t) ?? []))
  })
}

/** Adds one microbatch to the weight gradient of one layer. */
function weightGradient(draft: Draft, stage: Stage, position: number, k: number): void {
  const { ranks, parameters, microbatches, computesWeights, layerDone } = stage
  if (!computesWeights) return
  const accumulated = { from: microbatches[0].from, to: microbatches[k].from }
  const summed = samplesVersion([accumulated, microbatches[k]])
  ranks.forEach((rank, t) => {
    const dense = parameters[position][t]
    const { layer, slice } = dense
    if (isEmpty(slice)) return
    emit(draft, rank, {
      op: 'backward-weight',
      layer,
      ...on(stage, k),
      accumulated,
      input: columnsOfSlice(stage.activation(layer)(k), slice),
      delta: stage.delta(layer + 1)(k),
      rows: slice,
      gradient: gradientOf(dense, slice, summed),
    })
  })
  if (k === microbatches.length - 1) layerDone(position)
}

/** The columns of a layer's input that a slice of its weight gradient needs; the bias needs none. */
export const columnsOfSlice = (input: Region, slice: Span): Region => ({
  ...input,
  columns: { from: Math.min(slice.from, input.columns.to), to: Math.min(slice.to, input.columns.to) },
})
