import type { Optimizer } from '../../kernels/kernel.ts'
import type { Region, Update } from '../plan.ts'
import { isEmpty, type Span } from '../span.ts'

/**
 * The buffers of one layer's parameters as one rank uses them. `weights` is the whole matrix of in + 1 rows (the last is
 * the bias) and out columns; gradient and state hold the rows that the rank computes and keeps.
 */
export interface Parameters {
  readonly layer: number
  /** in + 1. */
  readonly rows: number
  readonly columns: number
  readonly weights: number
  /** Undefined if the weights are read for the input gradient at most once a step. */
  readonly packed: number | undefined
  /** Rows of the matrix whose gradient this rank computes. */
  readonly slice: Span
  /** Undefined if the slice is empty. */
  readonly gradient: number | undefined
  /** Rows of the matrix whose optimizer state this rank keeps: the slice, or a part of it. */
  readonly kept: Span
  readonly state: readonly number[]
}

/** Number of state buffers that an optimizer keeps, each of the size of the parameters. */
export const STATE_BUFFERS: Readonly<Record<Optimizer, number>> = { sgd: 0, momentum: 1, adam: 2 }

const allColumns = ({ columns }: Parameters): Span => ({ from: 0, to: columns })

/** Some rows and columns of a layer's weights before the update. */
export const weightsOf = (
  parameters: Parameters,
  rows: Span,
  columns = allColumns(parameters),
  version = 'before',
): Region => ({ buffer: parameters.weights, slot: 0, rows, columns, version })

/** Some rows of the parameter matrix, in a buffer that begins with its row `first`. */
const part = (parameters: Parameters, buffer: number, first: number, rows: Span, version: string): Region => ({
  buffer,
  slot: 0,
  rows: { from: rows.from - first, to: rows.to - first },
  columns: allColumns(parameters),
  version,
})

/** Some rows of a rank's gradient; the version says which samples it holds. */
export function gradientOf(parameters: Parameters, rows: Span, version: string): Region {
  if (parameters.gradient === undefined) throw new RangeError('this rank computes no gradient of this layer')
  return part(parameters, parameters.gradient, parameters.slice.from, rows, version)
}

/** Updates some rows of a layer from the rank's own gradient, or from another rank's that holds the sum. */
export const update = (parameters: Parameters, rows: Span, gradient: Region): Update => ({
  op: 'update',
  layer: parameters.layer,
  gradient,
  weights: weightsOf(parameters, rows),
  state: parameters.state.map((state) => part(parameters, state, parameters.kept.from, rows, 'before')),
})

/** Updates a rank's own slice, if it is not empty, from its own gradient of the whole batch. */
export const updateSlice = (parameters: Parameters, version: string): Update[] =>
  isEmpty(parameters.slice)
    ? []
    : [update(parameters, parameters.slice, gradientOf(parameters, parameters.slice, version))]
