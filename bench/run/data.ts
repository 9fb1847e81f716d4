import { cutBatches, type Batches } from '../../src/measure/batches.ts'
import { DataError, type DataSet } from '../../src/model/data/dataset.ts'
import { loadDataSet } from '../../src/model/data/load.ts'
import { splitDataSet, scaleFeatures } from '../../src/model/data/split.ts'
import type { ScalingOptions } from '../options.ts'

/** Different batches that the steps work on in turn, so that no step finds its input in the cache by luck. */
const ROTATING_BATCHES = 8
/** The shape of the synthetic data where no layers are asked for: that of MNIST. */
const SYNTHETIC = { columns: 784, classes: 10 }

/** Widths of a model for the synthetic data, with some hidden ones. */
export const syntheticWidths = (hidden: readonly number[]): number[] => [
  SYNTHETIC.columns,
  ...hidden,
  SYNTHETIC.classes,
]

/** The data of a timed run and the batches that its steps rotate through: as many as there are, at most eight. */
export function rotatingBatches(
  options: Pick<ScalingOptions, 'dataset' | 'seed' | 'label' | 'batch'> & {
    readonly layers?: readonly number[] | undefined
  },
): { set: DataSet; batches: Batches } {
  const { dataset, seed, label, batch, layers } = options
  const columns = layers?.[0] ?? SYNTHETIC.columns
  const classes = Math.max(2, layers?.[layers.length - 1] ?? SYNTHETIC.classes)
  const rows = Math.max(ROTATING_BATCHES * batch, classes)
  const loaded = loadDataSet(dataset, { seed, label, rows, columns, classes })
  if (loaded.rows < batch) {
    throw new DataError(`--batch ${batch}: expected at most ${loaded.rows}, the rows of ${loaded.name}`)
  }
  const { training, heldOut } = splitDataSet(loaded, 0, seed)
  const set = scaleFeatures(training, heldOut).training
  const count = Math.min(ROTATING_BATCHES, Math.floor(set.rows / batch))
  return { set, batches: cutBatches(set, batch, count) }
}
