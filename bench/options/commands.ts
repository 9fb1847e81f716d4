import type { Command } from 'commander'
import { KERNELS } from '../../src/kernels/choose.ts'
import { MODES } from '../../src/plan/modes.ts'
import { DISPATCHES, WAITS } from '../../src/cells/cell.ts'
import { GRID_DEFAULTS } from '../../src/plan/grid.ts'
import { MODELS } from '../../src/cells/models.ts'
import { REDUCTIONS } from '../../src/plan/reductions/index.ts'
import type { ExperimentName } from './schemas.ts'
import { ACTIVATIONS, LOSSES, OPTIMIZERS } from '../../src/kernels/kernel.ts'
import { HANDOFFS } from '../../src/plan/build/boundary.ts'
import { LEARNING_RATES, SCHEDULES } from './schemas.ts'
import { HIDDEN_WIDTHS } from './settle.ts'

/** How the program is started, as its help shows it. */
export const PROGRAM = 'npm run bench --'

/** All but hybrid, which has a mode for each of its points on few threads. */
const DEFAULT_MODES = MODES.filter((mode) => mode !== 'hybrid').join(',')
/** Enough for an interval; the visits of a quick run are short, so that it means less. */
export const QUICK_BLOCKS = 10

const SCALING_EXAMPLES = `
Commands:
  scaling (default), the options above; weak, growth, bubble, memory, combine and all take the same
  plan               show who does what, when, without running it: ${PROGRAM} plan --help
  simulate           predict any grid, up to thousands of ranks: ${PROGRAM} simulate --help
  train              learn from data in any mode: ${PROGRAM} train --help
  kernels            how fast the arithmetic is: ${PROGRAM} kernels --help
  handoff            what it costs to hand something to another thread: ${PROGRAM} handoff --help

Examples:
  npm run bench
  ${PROGRAM} --quick
  ${PROGRAM} --modes data,pipeline --threads 1,2,4 --layers 784-512-512-10 --batch 256
  ${PROGRAM} --modes pipeline --schedule 1f1b --microbatches 16 --dry-run
  ${PROGRAM} --modes all --grid all --threads 4
  ${PROGRAM} --modes data --reduction all --bucket-kib 64 --optimizer adam
  ${PROGRAM} --modes serial,data,layer --threads 2 --dispatch all
  ${PROGRAM} --modes data,layer --threads 2 --memory-per-rank 2MiB
  ${PROGRAM} --kernel js`

const TRAIN_EXAMPLES = `
Examples:
  ${PROGRAM} train
  ${PROGRAM} train --dataset digits.csv.gz --modes data --threads 2 --epochs 20
  ${PROGRAM} train --dataset points.csv --label class --modes all --layers 2-32-32-3`

const DESCRIPTIONS: Readonly<Record<ExperimentName, string>> = {
  scaling: 'Compares the modes on real threads, from 1 thread up to the cores.',
  weak: 'Lets the batch grow with the threads: does the time stay the same?',
  growth: 'Time against more and more batches, and against more and more model parts: is it linear?',
  bubble: 'Idle time of pipelines against the number of microbatches, measured and ideal.',
  memory: 'Bytes per thread of each mode and schedule, and the budget at which each stops fitting.',
  combine: 'All grids of a thread count, as width and batch change: which wins where?',
  all: 'All of these experiments in one run.',
}

/** The flags and the help of an experiment; values stay text, for the schema to read. */
export function declareExperiment(command: Command, name: ExperimentName, cores: number): void {
  command
    .description(DESCRIPTIONS[name])
    .option('--modes <list>', `modes to compare: ${MODES.join(', ')}, or all`, DEFAULT_MODES)
    .option(
      '--threads <list>',
      `thread counts; more than the cores here (${cores}) are marked oversubscribed (default: 1, 2, 4, … up to the cores)`,
    )
    .option(
      '--layers <widths>',
      `widths of the model, inputs first (default: 784-${HIDDEN_WIDTHS.scaling.join('-')}-10, or what fits --dataset)`,
    )
  declareShared(command, COMPARED)
  command
    .option(
      '--steps <count>',
      'measured steps of each cell in each block (default: from the time a step takes)',
    )
    .option('--precision <share>', 'measure until all speed-ups are known to this share', '2%')
    .option('--budget <seconds>', 'or until so many seconds are spent on the blocks of an experiment', '60')
    .option(
      '--blocks <count>',
      `repetitions of the whole comparison, instead of precision and budget (with --quick: ${QUICK_BLOCKS})`,
    )
    .option('--quick', 'fewer blocks and steps: a look, not a measurement')
    .option('--dry-run', 'show the cells and the time they should take, without running them')
    .option('--pin', 'bind each thread to a core (Linux)')
    .option('--out <folder>', 'the folder of this run (default: a new one in results)')
    .option('--resume <folder>', 'finish a run that was killed, with the options that it had')
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ commandUsage: () => `${PROGRAM} ${name === 'scaling' ? '' : `${name} `}[options]` })
    .addHelpText('after', name === 'scaling' ? SCALING_EXAMPLES : '')
}

/** What a comparison shows unless it is told otherwise. */
const COMPARED = {
  batch: '64',
  microbatches: '8',
  schedule: 'gpipe,1f1b,zero-bubble',
  reduction: 'direct,owner',
}

const PLAN_EXAMPLES = `
Examples:
  ${PROGRAM} plan --modes pipeline --threads 4 --schedule all
  ${PROGRAM} plan --modes data --threads 2 --reduction ring
  ${PROGRAM} plan --schedule-file mine.csv`

/** The flags and the help of `plan`. */
export function declarePlan(command: Command, cores: number): void {
  command
    .description('Shows the plans of some modes: each thread’s work in order, time going to the right.')
    .option('--modes <list>', `modes to show: ${MODES.join(', ')}, or all`, 'pipeline')
    .option('--threads <list>', `thread counts (default: the cores here, ${cores}, at least 2)`)
    .option('--layers <widths>', `widths of the model (default: 784-${HIDDEN_WIDTHS.scaling.join('-')}-10)`)
  declareShared(command, COMPARED)
  command.helpOption('-h, --help', 'show this help').addHelpText('after', PLAN_EXAMPLES)
}

const SIMULATE_EXAMPLES = `
Rates and bandwidths are in GFLOP/s and GB/s. A rank reads what another has written at the bandwidth, once, when it is
told; links do not get slower where several use them at once. Model and batch, if not given, are as large as needed.

Examples:
  ${PROGRAM} simulate --modes data,pipeline --threads 2,4,8,16
  ${PROGRAM} simulate --grid 1x1024x1 --microbatches 64 --depth 1024 --width 512
  ${PROGRAM} simulate --grid 128x8x1,8x128x1 --machines 4 --latency-us 50 --network-gbps 1.25
  ${PROGRAM} simulate --threads 2,4 --layers 784-256-256-256-256-10 --calibration results/RUN/calibration.csv`

/** The flags and the help of `simulate`. */
export function declareSimulate(command: Command): void {
  command
    .description('Predicts the steps of any grid by simulating its plan, without running it.')
    .option('--modes <list>', `modes to simulate: ${MODES.join(', ')}, or all`, 'data,pipeline')
    .option('--threads <list>', 'numbers of ranks, of any size (default: 1, 2, 4, … 64)')
    .option('--layers <widths>', 'widths of the model, inputs first')
    .option('--depth <layers>', 'or so many layers that are all alike (default: 5, or one for each stage)')
    .option('--width <columns>', 'of these (default: 256, or what the tensor degree needs)')
    .option('--gflops <rate>', 'speed of a rank (default: that of the kernel on one core here)')
    .option('--memory-gbps <rate>', 'speed of a rank at what only reads and writes', '20')
    .option('--calibration <file>', 'take the times of instructions from the calibration.csv of a run')
    .option('--handoff-us <time>', 'from telling another rank until it goes on (default: 0.2, or calibrated)')
    .option('--bandwidth-gbps <rate>', 'at which a rank reads what another has written (default: 50)')
    .option('--machines <count>', 'divide the ranks between so many machines', '1')
    .option('--latency-us <time>', 'the same as --handoff-us between machines', '50')
    .option('--network-gbps <rate>', 'the same as --bandwidth-gbps between machines', '1.25')
  declareShared(command, { batch: '64', microbatches: '8', schedule: '1f1b', reduction: 'owner' })
  command.helpOption('-h, --help', 'show this help').addHelpText('after', SIMULATE_EXAMPLES)
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
  declareShared(command, { batch: '32', microbatches: '4', schedule: 'gpipe,1f1b', reduction: 'direct' })
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

const HANDOFF_EXAMPLES = `
Counted is, one-way: from the producer's call until the consumer has read the first and the last element; the
round trip of a Piscina task: from the main thread and back; start-up: to the first message or finished task.

Examples:
  ${PROGRAM} handoff
  ${PROGRAM} handoff --quick
  ${PROGRAM} handoff --threads 2,3,4 --out results/handoff`

/** The flags and the help of `handoff`. */
export function declareHandoff(command: Command, cores: number): void {
  command
    .description(
      'Measures what a handoff costs in Node: round trips, data one way, barriers, starting threads.',
    )
    .option(
      '--threads <list>',
      `threads at the barrier and in the pools; more than the cores here (${cores}) are marked oversubscribed (default: 2, 4, … up to the cores)`,
    )
    .option('--quick', 'fewer sizes and shorter tries')
    .option('--out <folder>', 'the folder of this run (default: a new one in results)')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', HANDOFF_EXAMPLES)
}

function declareShared(
  command: Command,
  defaults: { batch: string; microbatches: string; schedule: string; reduction: string },
): void {
  const rates = OPTIMIZERS.map((name) => `${LEARNING_RATES[name]} for ${name}`).join(', ')
  command
    .option(
      '--model <name>',
      `layers and batch of ${MODELS.map(({ name }) => name).join(', ')} (see the README)`,
    )
    .option('--activation <name>', `after every layer but the last: ${ACTIVATIONS.join(', ')}`, 'relu')
    .option('--loss <name>', LOSSES.join(' or '), 'cross-entropy')
    .option('--optimizer <name>', OPTIMIZERS.join(', '), 'sgd')
    .option('--learning-rate <number>', `a number above 0 (default: ${rates})`)
    .option('--batch <samples>', 'samples of a step, over all threads', defaults.batch)
    .option('--microbatches <count>', 'parts the pipeline cuts a batch into', defaults.microbatches)
    .option(
      '--schedule <list>',
      `schedules of the pipeline: ${SCHEDULES.join(', ')}, or all`,
      defaults.schedule,
    )
    .option('--schedule-file <file>', 'a schedule of your own as CSV, a row per rank: 0F0, 1I0, 1W0, 0B0, …')
    .option(
      '--chunks <count>',
      'stages per thread, of the schedule interleaved',
      String(GRID_DEFAULTS.chunks),
    )
    .option('--reduction <list>', `reductions of data: ${REDUCTIONS.join(', ')}, or all`, defaults.reduction)
    .option(
      '--bucket-kib <size>',
      'gradients are combined in groups of layers of this size',
      String(GRID_DEFAULTS.bucketBytes / 1024),
    )
    .option('--no-overlap', 'combine gradients after the backward pass, not during it')
    .option('--shard-optimizer', 'each thread keeps a part of the optimizer state (ZeRO-1), of direct')
    .option(
      '--grid <list>',
      'data x pipeline x tensor degrees of hybrid, like 2x2x1, or all of each thread count',
    )
    .option('--handoff <list>', `between stages: ${HANDOFFS.join(', ')}, or all`, 'shared')
    .option(
      '--dispatch <list>',
      `${DISPATCHES.join(' (for many steps), ')} (for each part of one), or all`,
      'resident',
    )
    .option('--wait <list>', `${WAITS.join(', ')}, or all`, WAITS[0])
    .option('--memory-per-rank <size>', 'refuse what needs more memory on a thread, like 8MiB')
    .option('--dataset <file>', 'synthetic, or a CSV or IDX file, plain or gzip', 'synthetic')
    .option('--label <column>', 'the CSV column that holds the class (default: the last)')
    .option('--seed <number>', 'the start of everything random', '1')
    .option('--kernel <name>', `${KERNELS.join(', ')} (default: the fastest that runs here)`)
}
