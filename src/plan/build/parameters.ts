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
  /** The packed weights; undefined if they are read for the input gradient at most once a step. */
  readonly packed: Region | undefined
  /** Rows of the matrix whose gradient this rank computes. */
  readonly slice: Span
  /** Undefined if the slice is empty. */
  readonly gradient: number | undefined
  /** Rows of the matrix whose optimizer state this rank keeps: the slice, or a part of it. */
  readonly kept: Span
  readonly state: readonly number[]
}

/** Some rows and columns of a layer's weights; by default all columns, before the update. */
export const weightsOf = (
  { weights, columns }: Parameters,
  rows: Span,
  someColumns: Span = { from: 0, to: columns },
  version = 'before',
): Region => ({ buffer: weights, slot: 0, rows, columns: someColumns, version })

/** Some rows of the parameter matrix, in a buffer that begins with its row `first`. */
const part = ({ columns }: Parameters, buffer: number, first: number, rows: Span, version: string): Region => ({
  buffer,
  slot: 0,
  rows: { from: rows.from - first, to: rows.to - first },
  columns: { from: 0, to: columns },
  version,
})

/** Some rows of a rank's gradient; the version says which samples it holds. */
export function gradientOf(parameters: Parameters, rows: Span, version: string): Region {
  if (parameters.gradient === undefined) throw new RangeError('this rank computes no gradient of this layer')
  return part(parameters, parameters.gradient, parameters.slice.from, rows, version)
}

/**
 * Updates a rank's slice of a layer, or the given rows, unless there are none.
 *
 * @param version of the gradient of the whole batch
 * @param holder whose gradient it is
 */
export const update = (
  parameters: Parameters,
  version: string,
  holder: Parameters = parameters,
  rows: Span = parameters.slice,
): Update[] =>
  isEmpty(rows)
    ? []
    : [
        {
          op: 'update',
          layer: parameters.layer,
          gradient: gradientOf(holder, rows, version),
          weights: weightsOf(parameters, rows),
          state: parameters.state.map((state) => part(parameters, state, parameters.kept.from, rows, 'before')),
        },
      ]
