import type { Command } from 'commander'
import { KERNELS } from '../../src/kernels/choose.ts'
import { MODES } from '../../src/plan/modes.ts'
import { ACTIVATIONS, LEARNING_RATES, LOSSES, OPTIMIZERS, REDUCTIONS, SCHEDULES } from './schemas.ts'
import { HIDDEN_WIDTHS } from './settle.ts'

/** How the program is started, as its help shows it. */
export const PROGRAM = 'npm run bench --'

export const BLOCKS = 5
/** Enough to see a second value; the intervals of a quick run mean little. */
export const QUICK_BLOCKS = 2

const SCALING_EXAMPLES = `
Commands:
  scaling (default), the options above
  train              learn from data in any mode: ${PROGRAM} train --help
  kernels            how fast the arithmetic is: ${PROGRAM} kernels --help

Examples:
  npm run bench
  ${PROGRAM} --quick
  ${PROGRAM} --modes data,pipeline --threads 1,2,4 --layers 784-512-512-10 --batch 256
  ${PROGRAM} --modes pipeline --schedule 1f1b --microbatches 16 --dry-run
  ${PROGRAM} --kernel js`

const TRAIN_EXAMPLES = `
Examples:
  ${PROGRAM} train
  ${PROGRAM} train --dataset digits.csv.gz --modes data --threads 2 --epochs 20
  ${PROGRAM} train --dataset points.csv --label class --modes all --layers 2-32-32-3`

/** The flags and the help of `scaling`; values stay text, for the schema to read. */
export function declareScaling(command: Command, cores: number): void {
  command
    .description('Compares the modes on real threads, from 1 thread up to the cores.')
    .option('--modes <list>', `modes to compare: ${MODES.join(', ')}, or all`, 'all')
    .option(
      '--threads <list>',
      `thread counts; more than the cores here (${cores}) are marked oversubscribed (default: 1, 2, 4, … up to the cores)`,
    )
    .option(
      '--layers <widths>',
      `widths of the model, inputs first (default: 784-${HIDDEN_WIDTHS.scaling.join('-')}-10, or what fits --dataset)`,
    )
  declareShared(command, { batch: '64', microbatches: '8' })
  command
    .option(
      '--steps <count>',
      'measured steps of each cell in each block (default: from the time a step takes)',
    )
    .option(
      '--blocks <count>',
      `repetitions of the whole comparison (default: ${BLOCKS}, or ${QUICK_BLOCKS} with --quick)`,
    )
    .option('--quick', 'fewer blocks and steps: a look, not a measurement')
    .option('--dry-run', 'show the cells and the time they should take, without running them')
    .option('--out <folder>', 'the folder of this run (default: a new one in results)')
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ commandUsage: () => `${PROGRAM} [options]` })
    .addHelpText('after', SCALING_EXAMPLES)
}

/** The flags and the help of `train`. */
export function declareTrain(command: Command, cores: number): void {
  command
    .description('Learns from data with the plans and threads that are measured; shows accuracy over time.')
    .option('--modes <list>', `modes to train in: ${MODES.join(', ')}, or all`, 'serial')
    .option('--threads <list>', `thread counts (default: 1 for serial, else the cores here, ${cores})`)
    .option(
      '--layers <widths>',
      `widths of the model, inputs first (default: the inputs of the data, ${HIDDEN_WIDTHS.train.join('-')}, its classes)`,
    )
  declareShared(command, { batch: '32', microbatches: '4' })
  command
    .option('--epochs <count>', 'passes over the training part of the data', '20')
    .option('--held-out <share>', 'share of the data that is kept from training, to measure accuracy', '0.2')
    .option('--out <folder>', 'the folder of this run (default: a new one in results)')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', TRAIN_EXAMPLES)
}

const KERNELS_EXAMPLES = `
Examples:
  ${PROGRAM} kernels
  ${PROGRAM} kernels --kernel simd,fma256 --quick`

/** The flags and the help of `kernels`. */
export function declareKernels(command: Command): void {
  command
    .description(
      'Measures the arithmetic on one thread: products, training steps, and what the cores can do at all.',
    )
    .option(
      '--kernel <list>',
      `kernels to measure: ${KERNELS.join(', ')}, or all (default: all that run here)`,
    )
    .option('--quick', 'fewer sizes and shorter tries')
    .option('--out <folder>', 'the folder of this run (default: a new one in results)')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', KERNELS_EXAMPLES)
}

function declareShared(command: Command, defaults: { batch: string; microbatches: string }): void {
  const rates = OPTIMIZERS.map((name) => `${LEARNING_RATES[name]} for ${name}`).join(', ')
  command
    .option('--activation <name>', `after every layer but the last: ${ACTIVATIONS.join(', ')}`, 'relu')
    .option('--loss <name>', LOSSES.join(' or '), 'cross-entropy')
    .option('--optimizer <name>', OPTIMIZERS.join(', '), 'sgd')
    .option('--learning-rate <number>', `a number above 0 (default: ${rates})`)
    .option('--batch <samples>', 'samples of a step, over all threads', defaults.batch)
    .option('--microbatches <count>', 'parts the pipeline cuts a batch into', defaults.microbatches)
    .option('--schedule <list>', `schedules of the pipeline: ${SCHEDULES.join(', ')}, or all`, 'all')
    .option('--reduction <list>', `reductions of data: ${REDUCTIONS.join(', ')}, or all`, 'direct')
    .option('--dataset <file>', 'synthetic, or a CSV or IDX file, plain or gzip', 'synthetic')
    .option('--label <column>', 'the CSV column that holds the class (default: the last)')
    .option('--seed <number>', 'the start of everything random', '1')
    .option('--kernel <name>', `${KERNELS.join(', ')} (default: the fastest that runs here)`)
}
