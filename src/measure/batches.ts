import type { DataSet } from '../model/data/dataset.ts'

/** Rows of a data set, cut into whole batches that lie behind each other. */
export interface Batches {
  readonly count: number
  /** Samples of each batch. */
  readonly size: number
  /** count × size rows, row-major, unpadded. */
  readonly features: Float32Array
  /** The class of each row, as a float: that is what the kernels read. */
  readonly labels: Float32Array
}

/** The first `count` batches of a data set, in the order of its rows; throws a RangeError if it has too few. */
export function cutBatches(set: DataSet, size: number, count: number): Batches {
  const rows = size * count
  if (rows > set.rows)
    throw new RangeError(`${count} batches of ${size} need ${rows} rows; ${set.name} has ${set.rows}`)
  const features = set.features.subarray(0, rows * set.columns)
  return { count, size, features, labels: Float32Array.from(set.labels.subarray(0, rows)) }
}

/** The same batches, each with its rows in reverse: the same sums in another order. */
export function reverseRows({ count, size, features, labels }: Batches): Batches {
  const columns = features.length / labels.length
  const reversed = { count, size, features: new Float32Array(features.length), labels: labels.slice() }
  for (let row = 0; row < labels.length; row++) {
    const batch = Math.floor(row / size)
    const other = batch * size + (size - 1 - (row % size))
    reversed.labels[other] = labels[row]
    reversed.features.set(features.subarray(row * columns, (row + 1) * columns), other * columns)
  }
  return reversed
}
