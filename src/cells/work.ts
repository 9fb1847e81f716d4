import { ACTIVATIONS, LOSSES, OPTIMIZERS } from '../kernels/kernel.ts'
import { parameterCount, type Model } from '../model/shape.ts'
import type { DimensionTable } from './dimension.ts'
import { option, oneOf, positiveNumber, text, wholeNumber, widths } from './values.ts'

/** Rates at which each optimizer learns well on models of the default size. */
export const LEARNING_RATES = { sgd: 0.1, momentum: 0.02, adam: 0.001 } as const
/** Widths of the hidden layers unless others are asked for; inputs and classes come from the data. */
export const HIDDEN_WIDTHS = { scaling: [256, 256, 256, 256], train: [128, 64, 32] } as const
const model = (...layers: number[]): Model => ({ widths: layers, activation: 'relu', loss: 'cross-entropy' })

/** The models that other systems have been measured with, from small to large, wide and deep. */
export const MODELS: readonly { readonly name: string; readonly model: Model; readonly batch: number }[] = [
  { name: 'A32', model: model(784, 128, 64, 10), batch: 32 },
  { name: 'A128', model: model(784, 128, 64, 10), batch: 128 },
  { name: 'B', model: model(64, 256, 256, 256, 10), batch: 64 },
  { name: 'C', model: model(784, 512, 512, 512, 512, 10), batch: 256 },
  { name: 'D', model: model(1024, 1024, 1024, 1024, 1024, 10), batch: 128 },
  { name: 'E', model: model(128, 128, 128, 128, 128, 128, 128, 128, 128, 10), batch: 64 },
]

const NAMED = MODELS.map(({ name }) => name)

/** What changes the work: rows that differ in it cannot be compared. */
export const WORK = {
  layers: {
    ...option(
      '--layers <widths>',
      `widths of the model, inputs first (default: 784-${HIDDEN_WIDTHS.scaling.join('-')}-10, or what fits --dataset)`,
      widths(1, 65_536),
    ),
    columns: [
      ['layers', ({ plan }) => plan.model.widths.join('-')],
      ['parameters', ({ plan }) => parameterCount(plan.model)],
    ],
  },
  model: option('--model <name>', `layers and batch that others have measured: ${NAMED.join(', ')}`, oneOf(NAMED)),
  activation: {
    ...option('--activation <name>', `of the hidden layers: ${ACTIVATIONS.join(', ')}`, oneOf(ACTIVATIONS), 'relu'),
    columns: [['activation', ({ plan }) => plan.model.activation]],
  },
  loss: {
    ...option('--loss <name>', LOSSES.join(' or '), oneOf(LOSSES), 'cross-entropy'),
    columns: [['loss', ({ plan }) => plan.model.loss]],
  },
  optimizer: {
    ...option('--optimizer <name>', OPTIMIZERS.join(', '), oneOf(OPTIMIZERS), 'sgd'),
    columns: [['optimizer', ({ plan }) => plan.optimizer]],
  },
  learningRate: {
    ...option(
      '--learning-rate <number>',
      `a number above 0 (default: ${OPTIMIZERS.map((name) => `${LEARNING_RATES[name]} for ${name}`).join(', ')})`,
      positiveNumber(),
    ),
    columns: [['learning_rate', ({ hyper }) => hyper.learningRate]],
  },
  batch: {
    ...option('--batch <samples>', 'samples of a step, over all threads', wholeNumber(1, 1_000_000), 64),
    columns: [['batch', ({ plan }) => plan.batch]],
  },
  microbatches: {
    ...option('--microbatches <count>', 'parts that a pipeline cuts the batch into', wholeNumber(1, 1_000_000), 8),
    columns: [['microbatches', ({ grid }) => grid.microbatches]],
    label: ({ microbatches }, varied) => (varied ? `m${microbatches}` : undefined),
  },
  dataset: {
    ...option(
      '--dataset <file>',
      'synthetic, or a CSV or IDX file, plain or gzip',
      text('synthetic or the path of a data file'),
      'synthetic',
    ),
    runColumns: [['dataset', ({ dataset }) => dataset]],
  },
  label: option('--label <column>', 'the CSV column of the class (default: the last)', text('the name of a column')),
  seed: {
    ...option('--seed <number>', 'the start of everything random', wholeNumber(0, 2 ** 32 - 1), 1),
    runColumns: [['seed', ({ seed }) => seed]],
  },
} as const satisfies DimensionTable
