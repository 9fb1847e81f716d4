import type { Optimizer } from '../kernels/kernel.ts'
import type { Region, Update } from './plan.ts'
import type { Span } from './span.ts'

/** The buffers of one layer's parameters on one rank, each of in + 1 rows (the last is the bias) and out columns. */
export interface Parameters {
  readonly layer: number
  readonly rows: number
  readonly columns: number
  readonly weights: number
  readonly gradient: number
  /** Undefined where the weights are read for the input gradient at most once a step. */
  readonly packed: number | undefined
  readonly state: readonly number[]
}

/** Buffers of state that an optimizer keeps, each of the shape of the parameters. */
export const STATE_BUFFERS: Readonly<Record<Optimizer, number>> = { sgd: 0, momentum: 1, adam: 2 }

/** Some rows of one of a layer's parameter buffers, all columns. */
export const parameterRows = (
  parameters: Parameters,
  buffer: number,
  rows: Span,
  version: string,
): Region => ({
  buffer,
  slot: 0,
  rows,
  columns: { from: 0, to: parameters.columns },
  version,
})

/** A layer's weights before the update, without the bias. */
export const weightsOf = (parameters: Parameters): Region =>
  parameterRows(parameters, parameters.weights, { from: 0, to: parameters.rows - 1 }, 'before')

/** Updates some rows of a layer from a gradient buffer, the layer's own or another rank's, that holds `samples`. */
export const update = (parameters: Parameters, gradient: number, rows: Span, samples: string): Update => ({
  op: 'update',
  layer: parameters.layer,
  gradient: parameterRows(parameters, gradient, rows, samples),
  weights: parameterRows(parameters, parameters.weights, rows, 'before'),
  state: parameters.state.map((state) => parameterRows(parameters, state, rows, 'before')),
})
