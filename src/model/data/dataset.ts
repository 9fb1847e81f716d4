import { UserError } from '../../errors.ts'

/** Data that cannot be used. The message is one line: where, what was found, what was expected. */
export class DataError extends UserError {
  override name = 'DataError'
}

/** Rows of numbers, each with its class. */
export interface DataSet {
  readonly name: string
  readonly rows: number
  /** Features of a row. */
  readonly columns: number
  /** At least 2. */
  readonly classes: number
  /** rows × columns, row-major, unpadded; all finite. */
  readonly features: Float32Array
  /** The class of each row, from 0 to `classes` − 1. */
  readonly labels: Uint32Array
  /** The name of each class. */
  readonly labelNames: readonly string[]
}

/**
 * Numbers the classes in ascending order of their labels (strings by code unit, the same in every locale).
 *
 * @param source names the labels in the error
 * @throws DataError if all labels are equal
 */
export function numberClasses(labels: readonly number[] | readonly string[], source: string) {
  const distinct = [...new Set<number | string>(labels)].sort((a, b) => (a < b ? -1 : 1))
  if (distinct.length < 2)
    throw new DataError(
      `${source}: every label is ${JSON.stringify(distinct[0])}; a classifier needs at least two different labels`,
    )
  const classOf = new Map(distinct.map((label, index) => [label, index]))
  return {
    classes: distinct.length,
    labels: Uint32Array.from<number | string>(labels, (label) => classOf.get(label)!),
    labelNames: distinct.map(String),
  }
}
