import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { cutBatches, type Batches } from '../../src/measure/batches.ts'
import { DataError, type DataSet } from '../../src/model/data/dataset.ts'
import { loadDataSet } from '../../src/model/data/load.ts'
import { scaleFeatures, splitDataSet } from '../../src/model/data/split.ts'
import { layerCount, type Model } from '../../src/model/shape.ts'
import type { DimensionOptions } from '../../src/cells/dimensions.ts'
import { UsageError } from '../options/command.ts'

/** Different batches that the steps work on in turn, so that no step finds its input in the cache by luck. */
const ROTATING_BATCHES = 8
/** The shape of the synthetic data where no layers are asked for: that of MNIST. */
const SYNTHETIC = { columns: 784, classes: 10 }
const HASH_DIGITS = 12

/** Widths of a model for the synthetic data, with some hidden ones. */
export const syntheticWidths = (hidden: readonly number[]): number[] => [
  SYNTHETIC.columns,
  ...hidden,
  SYNTHETIC.classes,
]

/** The data of a run, loaded once. */
export interface Data {
  /** As rows name it: `synthetic`, or the file's name and the first digits of its SHA-256. */
  readonly name: string
  /**
   * The model that fits the data: the widths that were asked for, or inputs, some hidden ones and classes.
   *
   * @throws UsageError if the widths asked for do not fit the data
   */
  model(hidden: readonly number[]): Model
  /** @throws DataError if there are too few rows, UsageError if the model does not fit the data */
  check(model: Model, batch: number): void
  /**
   * The batches that the steps of a timed run rotate through: as many as there are, at most eight.
   *
   * @throws as `check`
   */
  batches(model: Model, batch: number): Batches
}

type DataOptions = Pick<DimensionOptions, 'dataset' | 'label' | 'seed' | 'layers' | 'activation' | 'loss'>

/** @throws DataError if the file cannot be read */
export function openData({ dataset, label, seed, layers, activation, loss }: DataOptions): Data {
  const file = dataset === 'synthetic' ? undefined : prepared(loadDataSet(dataset, { seed, label }), seed)
  const { columns, classes } = file ?? SYNTHETIC
  const check: Data['check'] = ({ widths }, batch) => {
    if (!file) return
    fitting(widths, file)
    if (file.rows < batch) {
      throw new DataError(`--batch ${batch}: expected at most ${file.rows}, the rows of ${file.name}`)
    }
  }
  const synthetic = ({ widths }: Model, batch: number): DataSet => {
    const needed = { columns: widths[0], classes: Math.max(2, widths[widths.length - 1]) }
    const rows = Math.max(ROTATING_BATCHES * batch, needed.classes)
    return prepared(loadDataSet(dataset, { seed, label, rows, ...needed }), seed)
  }
  return {
    name: nameOf(dataset),
    model(hidden) {
      const widths = layers ?? [columns, ...hidden, classes]
      if (file) fitting(widths, file)
      return { widths, activation, loss }
    },
    check,
    batches(model, batch) {
      check(model, batch)
      const set = file ?? synthetic(model, batch)
      return cutBatches(set, batch, Math.min(ROTATING_BATCHES, Math.floor(set.rows / batch)))
    },
  }
}

const prepared = (set: DataSet, seed: number): DataSet => {
  const { training, heldOut } = splitDataSet(set, 0, seed)
  return scaleFeatures(training, heldOut).training
}

/** @throws UsageError if a model of these widths cannot read the data */
export function fitting(widths: readonly number[], set: DataSet): DataSet {
  const given = `--layers ${widths.join('-')}`
  const outputs = widths[layerCount({ widths })]
  if (widths[0] !== set.columns) {
    throw new UsageError(`${given}: expected ${set.columns} inputs, the columns of ${set.name}`)
  }
  if (outputs < set.classes) {
    throw new UsageError(`${given}: expected at least ${set.classes} outputs, the classes of ${set.name}`)
  }
  return set
}

/** What rows say of a data set that was asked for. */
export function nameOf(dataset: string): string {
  if (dataset === 'synthetic') return dataset
  const hash = createHash('sha256').update(readFileSync(dataset)).digest('hex')
  return `${basename(dataset)} ${hash.slice(0, HASH_DIGITS)}`
}
