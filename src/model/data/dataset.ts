import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { messageOf, UserError } from '../../errors.ts'

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

/** The content of a file, unpacked if it starts like gzip, whatever its name. */
export function readBytes(path: string): Buffer {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new DataError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error })
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    const reason = `broken gzip (${messageOf(error)}); expected a whole file, as gzip -t accepts it`
    throw new DataError(`${path}: ${reason}`, { cause: error })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory, expected a file',
  EACCES: 'permission denied',
}

const reasonOf = (error: unknown): string => REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error)
