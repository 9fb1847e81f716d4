import type { Activation, Loss } from '../kernels/kernel.ts'

/** A multilayer perceptron: layer l maps `widths[l]` inputs to `widths[l + 1]` outputs; the last layer has no activation. */
export interface Model {
  readonly widths: readonly number[]
  /** The activation after every layer but the last. */
  readonly activation: Activation
  readonly loss: Loss
}

export const layerCount = ({ widths }: Pick<Model, 'widths'>): number => widths.length - 1

/** Weights and biases together. */
export const parameterCount = ({ widths }: Model): number =>
  widths.slice(1).reduce((sum, outputs, layer) => sum + (widths[layer] + 1) * outputs, 0)

/**
 * Floating-point operations of one layer's forward, input gradient and weight gradient over `rows` samples;
 * a multiply-add counts as two; bias, activation and loss are not counted. Layer 0 has no input gradient.
 */
export function layerFlop(model: Model, layer: number, rows: number): number {
  const products = layer === 0 ? 2 : 3
  return products * 2 * rows * model.widths[layer] * model.widths[layer + 1]
}

/** Floating-point operations of one training step: 6·B·Σ(in·out) − 2·B·in₁·out₁. */
export const stepFlop = (model: Model, batch: number): number =>
  model.widths.slice(1).reduce((sum, _, layer) => sum + layerFlop(model, layer, batch), 0)

/** The activation that follows a layer. */
export const activationOf = (model: Model, layer: number): Activation =>
  layer === layerCount(model) - 1 ? 'identity' : model.activation
