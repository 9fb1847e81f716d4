import { purpose, random } from '../random.ts'
import { DataError, type DataSet } from './dataset.ts'

export interface TrainingSplit {
  readonly training: DataSet
  readonly heldOut: DataSet
}

/**
 * Splits rows at random, the same way for the same seed: `heldOutFraction` of them, rounded (but at least one, unless the
 * fraction is 0), go into `heldOut`, the rest into `training`. Features are copied.
 *
 * @throws DataError if the fraction is not in [0, 1) or nothing is left to train on.
 */
export function splitDataSet(set: DataSet, heldOutFraction: number, seed: number): TrainingSplit {
  if (!(heldOutFraction >= 0 && heldOutFraction < 1))
    throw new DataError(`held-out fraction: ${heldOutFraction}; expected a number from 0 to less than 1`)
  const heldOut = heldOutFraction === 0 ? 0 : Math.max(1, Math.round(set.rows * heldOutFraction))
  if (heldOut >= set.rows)
    throw new DataError(
      `held-out fraction: ${heldOutFraction} of ${set.rows} rows of ${set.name} leaves none to train on; expected a smaller fraction or more rows`,
    )
  const order = random(seed, purpose.split).shuffle(Uint32Array.from({ length: set.rows }, (_, row) => row))
  return {
    training: selectRows(set, order.subarray(heldOut)),
    heldOut: selectRows(set, order.subarray(0, heldOut)),
  }
}

/** The given rows of a set, in the given order; features are copied. */
export function selectRows(set: DataSet, rows: Uint32Array): DataSet {
  const { columns } = set
  const features = new Float32Array(rows.length * columns)
  rows.forEach((row, index) => features.set(set.features.subarray(row * columns, (row + 1) * columns), index * columns))
  return { ...set, rows: rows.length, features, labels: rows.map((row) => set.labels[row]) }
}

/**
 * Divides all features of both parts by one constant, `divisor`: the largest magnitude in the training part, but at least
 * 1. One constant keeps zeros and the proportions of columns (pixels stay pixels). It does not depend on the held-out part,
 * which stands for unseen data, so held-out features may exceed 1.
 */
export function scaleFeatures(training: DataSet, heldOut: DataSet): TrainingSplit & { readonly divisor: number } {
  let divisor = 1
  for (const value of training.features) divisor = Math.max(divisor, Math.abs(value))
  const scaled = (set: DataSet): DataSet => ({ ...set, features: set.features.map((value) => value / divisor) })
  return { training: scaled(training), heldOut: scaled(heldOut), divisor }
}
