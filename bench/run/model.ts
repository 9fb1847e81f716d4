import type { DataSet } from '../../src/model/data/dataset.ts'
import type { Model } from '../../src/model/shape.ts'
import { UsageError, type ScalingOptions, type TrainOptions } from '../options.ts'

/**
 * The model that fits the data: the widths that were asked for, or inputs, the hidden ones and classes.
 *
 * @throws UsageError if the widths asked for do not fit the data
 */
export function chooseModel(
  options: ScalingOptions | TrainOptions,
  hidden: readonly number[],
  set: DataSet,
): Model {
  const { activation, loss } = options
  const widths = options.layers ?? [set.columns, ...hidden, set.classes]
  const given = `--layers ${widths.join('-')}`
  const outputs = widths[widths.length - 1]
  if (widths[0] !== set.columns) {
    throw new UsageError(`${given}: expected ${set.columns} inputs, the columns of ${set.name}`)
  }
  if (outputs < set.classes) {
    throw new UsageError(`${given}: expected at least ${set.classes} outputs, the classes of ${set.name}`)
  }
  return { widths, activation, loss }
}
