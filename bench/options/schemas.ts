import { z } from 'zod'
import { MODELS } from '../../src/cells/models.ts'
import { KERNELS } from '../../src/kernels/choose.ts'
import { ACTIVATIONS, LOSSES, OPTIMIZERS, type Optimizer } from '../../src/kernels/kernel.ts'
import { MODES } from '../../src/plan/modes.ts'
import { DISPATCHES, WAITS } from '../../src/cells/cell.ts'
import { HANDOFFS } from '../../src/plan/build/boundary.ts'
import { REDUCTIONS } from '../../src/plan/reductions/index.ts'
import { schedules } from '../../src/plan/schedules/index.ts'
import {
  amount,
  grids,
  numberFrom0,
  oneOf,
  positiveNumber,
  share,
  someOf,
  text,
  wholeNumber,
  wholeNumbers,
  widths,
} from './values.ts'

/** The rate that each optimizer learns well with on models of the default size. */
export const LEARNING_RATES: Readonly<Record<Optimizer, number>> = { sgd: 0.1, momentum: 0.02, adam: 0.001 }

export const SCHEDULES = namesOf(schedules)

/** What both commands take; each key is its flag in camel case. */
const shared = {
  /** The modes to run, in this order. */
  modes: someOf(MODES),
  /** Thread counts asked for; undefined leaves the choice to the program. */
  threads: wholeNumbers(1, 256).optional(),
  /** Undefined for widths that fit the data: inputs, then `HIDDEN_WIDTHS`, then classes. */
  layers: widths(1, 65_536).optional(),
  /** A model with its batch by name, instead of layers and batch. */
  model: oneOf(MODELS.map(({ name }) => name)).optional(),
  activation: oneOf(ACTIVATIONS),
  loss: oneOf(LOSSES),
  optimizer: oneOf(OPTIMIZERS),
  learningRate: positiveNumber().optional(),
  /** Samples of a step, over all ranks. */
  batch: wholeNumber(1, 1_000_000),
  /** Parts that the pipeline cuts the batch into; at most the batch. */
  microbatches: wholeNumber(1, 1_000_000),
  schedule: someOf(SCHEDULES),
  reduction: someOf(REDUCTIONS),
  /** Of hybrid: the grids to run; undefined for all proper products of each thread count. */
  grid: grids(256).optional(),
  /** Stages per rank, of the schedule interleaved. */
  chunks: wholeNumber(1, 1000),
  /** A file with the order of work of a pipeline, instead of the named schedules. */
  scheduleFile: text('the path of a schedule file').optional(),
  bucketKib: wholeNumber(0, 4_194_304),
  overlap: z.boolean(),
  shardOptimizer: z.boolean().default(false),
  handoff: someOf(HANDOFFS),
  dispatch: someOf(DISPATCHES),
  wait: someOf(WAITS),
  /** Bytes that a rank's buffers may take. */
  memoryPerRank: amount().optional(),
  /** `synthetic`, or the path of a file. */
  dataset: text('synthetic or the path of a data file'),
  /** The CSV column that holds the classes; undefined for the last. */
  label: text('the name of a column').optional(),
  seed: wholeNumber(0, 2 ** 32 - 1),
  /** Undefined for the fastest that runs here. */
  kernel: oneOf(KERNELS).optional(),
  /** The folder of the run itself. */
  out: text('the path of a folder').optional(),
}

export const planSchema = z.object(shared)

/** What one simulation may take a few seconds for. */
const MOST_RANKS = 4096

export const simulateSchema = planSchema.extend({
  threads: wholeNumbers(1, MOST_RANKS).optional(),
  grid: grids(MOST_RANKS).optional(),
  /** So many layers of one width, instead of `layers`. */
  depth: wholeNumber(1, 65_536).optional(),
  width: wholeNumber(1, 65_536).optional(),
  /** Speed of a rank; undefined to measure that of one core. */
  gflops: positiveNumber().optional(),
  memoryGbps: positiveNumber(),
  /** The calibration.csv of a run. */
  calibration: text('the path of a calibration.csv').optional(),
  handoffUs: numberFrom0().optional(),
  bandwidthGbps: positiveNumber().optional(),
  machines: wholeNumber(1, MOST_RANKS),
  latencyUs: numberFrom0(),
  networkGbps: positiveNumber(),
})

/** The experiments that split a step, and `all` of them in one run. */
export const EXPERIMENTS = ['scaling', 'weak', 'growth', 'bubble', 'memory', 'combine', 'all'] as const
export type ExperimentName = (typeof EXPERIMENTS)[number]

export const scalingSchema = z.object({
  ...shared,
  /** Measured steps per cell and block; undefined leaves the choice to the program. */
  steps: wholeNumber(1, 1_000_000).optional(),
  /** Measure on until every speed-up's interval reaches no further than this to either side … */
  precision: share(),
  /** … or so many seconds are spent on each experiment. */
  budget: positiveNumber(86_400),
  /** Undefined to let precision and budget decide, or for `QUICK_BLOCKS` in a quick run. */
  blocks: wholeNumber(1, 10_000).optional(),
  quick: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  /** Bind ranks to cores. */
  pin: z.boolean().default(false),
  /** The folder of a run that was killed, to be finished. */
  resume: text('the folder of a run').optional(),
})

export const trainSchema = z.object({
  ...shared,
  epochs: wholeNumber(1, 1_000_000),
  /** Share of the samples that is kept from training. */
  heldOut: positiveNumber(1),
})

export const kernelsSchema = z.object({
  /** Kernels to measure; undefined for all that run here. */
  kernel: someOf(KERNELS).optional(),
  quick: z.boolean().default(false),
  out: text('the path of a folder').optional(),
})

export const handoffSchema = z.object({
  /** Threads of the barriers and of the pools; undefined leaves the choice to the program. */
  threads: wholeNumbers(2, 256).optional(),
  quick: z.boolean().default(false),
  out: text('the path of a folder').optional(),
})

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table).filter((name): name is Name => name in table)
}
