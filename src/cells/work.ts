import { ACTIVATIONS, LOSSES, OPTIMIZERS } from '../kernels/kernel.ts'
import { parameterCount, type Model } from '../model/shape.ts'
import type { DimensionTable } from './dimension.ts'
import { oneOf, positiveNumber, text, wholeNumber, widths } from './values.ts'

/** Rates at which each optimizer learns well on models of the default size. */
export const LEARNING_RATES = { sgd: 0.1, momentum: 0.02, adam: 0.001 } as const
/** Widths of the hidden layers unless others are asked for; inputs and classes come from the data. */
export const HIDDEN_WIDTHS = { scaling: [256, 256, 256, 256], train: [128, 64, 32] } as const

const model = (...widths: number[]): Model => ({ widths, activation: 'relu', loss: 'cross-entropy' })

/** The models that other systems have been measured with, from small to large, wide and deep. */
export const MODELS: readonly { readonly name: string; readonly model: Model; readonly batch: number }[] = [
  { name: 'A32', model: model(784, 128, 64, 10), batch: 32 },
  { name: 'A128', model: model(784, 128, 64, 10), batch: 128 },
  { name: 'B', model: model(64, 256, 256, 256, 10), batch: 64 },
  { name: 'C', model: model(784, 512, 512, 512, 512, 10), batch: 256 },
  { name: 'D', model: model(1024, 1024, 1024, 1024, 1024, 10), batch: 128 },
  { name: 'E', model: model(128, 128, 128, 128, 128, 128, 128, 128, 128, 10), batch: 64 },
]

/** What changes the work: rows that differ in it cannot be compared. */
export const WORK = {
  layers: {
    flags: '--layers <widths>',
    help: `widths of the model, inputs first (default: 784-${HIDDEN_WIDTHS.scaling.join('-')}-10, or what fits --dataset)`,
    read: widths(1, 65_536),
    columns: [
      ['layers', ({ plan }) => plan.model.widths.join('-')],
      ['parameters', ({ plan }) => parameterCount(plan.model)],
    ],
  },
  model: {
    flags: '--model <name>',
    help: `layers and batch of ${MODELS.map(({ name }) => name).join(', ')}, by which other systems were measured`,
    read: oneOf(MODELS.map(({ name }) => name)),
    columns: [],
  },
  activation: {
    flags: '--activation <name>',
    help: `after every layer but the last: ${ACTIVATIONS.join(', ')}`,
    read: oneOf(ACTIVATIONS),
    default: 'relu',
    columns: [['activation', ({ plan }) => plan.model.activation]],
  },
  loss: {
    flags: '--loss <name>',
    help: LOSSES.join(' or '),
    read: oneOf(LOSSES),
    default: 'cross-entropy',
    columns: [['loss', ({ plan }) => plan.model.loss]],
  },
  optimizer: {
    flags: '--optimizer <name>',
    help: OPTIMIZERS.join(', '),
    read: oneOf(OPTIMIZERS),
    default: 'sgd',
    columns: [['optimizer', ({ plan }) => plan.optimizer]],
  },
  learningRate: {
    flags: '--learning-rate <number>',
    help: `a number above 0 (default: ${OPTIMIZERS.map((name) => `${LEARNING_RATES[name]} for ${name}`).join(', ')})`,
    read: positiveNumber(),
    columns: [['learning_rate', ({ hyper }) => hyper.learningRate]],
  },
  batch: {
    flags: '--batch <samples>',
    help: 'samples of a step, over all threads',
    read: wholeNumber(1, 1_000_000),
    default: '64',
    columns: [['batch', ({ plan }) => plan.batch]],
  },
  microbatches: {
    flags: '--microbatches <count>',
    help: 'parts that a pipeline cuts the batch into',
    read: wholeNumber(1, 1_000_000),
    default: '8',
    columns: [['microbatches', ({ grid }) => grid.microbatches]],
    label: ({ microbatches }, varied) => (varied ? `m${microbatches}` : undefined),
  },
  dataset: {
    flags: '--dataset <file>',
    help: 'synthetic, or a CSV or IDX file, plain or gzip',
    read: text('synthetic or the path of a data file'),
    default: 'synthetic',
    columns: [],
    runColumns: [['dataset', ({ dataset }) => dataset]],
  },
  label: {
    flags: '--label <column>',
    help: 'the CSV column that holds the class (default: the last)',
    read: text('the name of a column'),
    columns: [],
  },
  seed: {
    flags: '--seed <number>',
    help: 'the start of everything random',
    read: wholeNumber(0, 2 ** 32 - 1),
    default: '1',
    columns: [],
    runColumns: [['seed', ({ seed }) => seed]],
  },
} as const satisfies DimensionTable
