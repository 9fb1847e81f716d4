import { readFileSync } from 'node:fs'
import { inWords, reasonAgainst, serialGrid, strategiesOf } from '../src/cells/choose.ts'
import type { DimensionName, DimensionOptions } from '../src/cells/dimensions.ts'
import { nameOf } from '../src/cells/dimensions.ts'
import type { OptionsOf, OptionTable } from '../src/cells/options.ts'
import { grids, numberFrom0, positiveNumber, text, wholeNumber, wholeNumbers } from '../src/cells/values.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { messageOf } from '../src/errors.ts'
import { layerCount, type Model } from '../src/model/shape.ts'
import { planGrid } from '../src/plan/build/programs.ts'
import { checkPlan } from '../src/plan/check/check.ts'
import { ranksOf, type Grid } from '../src/plan/grid.ts'
import type { Plan } from '../src/plan/plan.ts'
import { readCalibration, type CalibrationFile } from '../src/report/rows/calibration.ts'
import { formatDuration } from '../src/report/text/format.ts'
import { OUTLOOK_LEGEND, outlookTable } from '../src/report/text/tables.ts'
import { costFromTimes, coverage, rateOf } from '../src/simulate/calibrated.ts'
import { handoffCosts, type Link } from '../src/simulate/handoff.ts'
import { outlookOf } from '../src/simulate/outlook.ts'
import { costAtRate, MEMORY_GBPS } from '../src/simulate/rate.ts'
import { simulate as simulated, type Cost } from '../src/simulate/simulate.ts'
import { command } from './options/command.ts'
import { settle, type Settled } from './options/settle.ts'
import { UsageError, type Given } from './options/usage.ts'
import { announceKernel } from './run/kernel.ts'

/** What one simulation may take a few seconds for. */
const MOST_RANKS = 4096

const SIMULATE_OPTIONS = {
  depth: {
    flags: '--depth <layers>',
    help: 'instead of --layers: layers that are all alike (default: 5, or one for each stage)',
    read: wholeNumber(1, 65_536),
  },
  width: {
    flags: '--width <columns>',
    help: 'of these (default: 256, or what the tensor degree needs)',
    read: wholeNumber(1, 65_536),
  },
  gflops: {
    flags: '--gflops <rate>',
    help: 'speed of a rank in GFLOP/s (default: that of the kernel on one core here)',
    read: positiveNumber(),
  },
  memoryGbps: {
    flags: '--memory-gbps <rate>',
    help: 'GB/s of a rank where it only reads and writes',
    read: positiveNumber(),
    default: String(MEMORY_GBPS),
  },
  calibration: {
    flags: '--calibration <file>',
    help: 'take the times of instructions from the calibration.csv of a run',
    read: text('the path of a calibration.csv'),
  },
  handoffUs: {
    flags: '--handoff-us <time>',
    help: 'µs from a publish until another rank goes on (default: 0.2, or calibrated)',
    read: numberFrom0,
  },
  bandwidthGbps: {
    flags: '--bandwidth-gbps <rate>',
    help: 'GB/s at which a rank reads what another has written (default: 50)',
    read: positiveNumber(),
  },
  machines: {
    flags: '--machines <count>',
    help: 'divide the ranks between this many machines',
    read: wholeNumber(1, MOST_RANKS),
    default: '1',
  },
  latencyUs: {
    flags: '--latency-us <time>',
    help: 'the same as --handoff-us between machines',
    read: numberFrom0,
    default: '50',
  },
  networkGbps: {
    flags: '--network-gbps <rate>',
    help: 'the same as --bandwidth-gbps between machines',
    read: positiveNumber(),
    default: '1.25',
  },
} as const satisfies OptionTable

type Unsettled = DimensionOptions & OptionsOf<typeof SIMULATE_OPTIONS>

const TAKES: readonly DimensionName[] = ['modes', 'threads', 'grid', 'schedule', 'scheduleFile', 'chunks', 'reduction', 'bucketKib', 'overlap', 'shardOptimizer', 'handoff', 'kernel', 'layers', 'model', 'activation', 'loss', 'optimizer', 'batch', 'microbatches'] // prettier-ignore

/** What the program chooses where nothing else is asked for. */
const RANKS = [1, 2, 4, 8, 16, 32, 64]
const DEPTH = 5
const WIDTH = 256
/** Columns of a layer that every kernel computes together. */
const COLUMNS_PER_RANK = 16

/** Proving a plan takes time and memory that grow with the square of the ranks; plans of one kind are alike. */
const MOST_CHECKED = 64
/** A handoff between threads of one process, unless something else was asked for or measured. */
const WITHIN: Link = { latencyNs: 200, gigabytesPerSecond: 50 }

/**
 * Predicts steps without running them: of any grid, on any number of ranks, on one machine or on several with a network
 * between them. The plans are those that would run; how long instructions and handoffs take is assumed.
 */
export const simulate = command({
  name: 'simulate',
  summary: 'predict any grid, up to thousands of ranks',
  takes: TAKES,
  own: SIMULATE_OPTIONS,
  overrides: {
    modes: { default: 'data,pipeline' },
    threads: {
      help: 'numbers of ranks (default: 1, 2, 4, … 64)',
      read: wholeNumbers(1, MOST_RANKS),
    },
    grid: { read: grids(MOST_RANKS) },
    layers: { help: 'widths of the model, inputs first' },
    schedule: { default: '1f1b' },
    reduction: { default: 'owner' },
  },
  notes:
    'A rank reads what another has written at the bandwidth, once, after the handoff.\n' +
    'Links do not get slower where several ranks use them at once. Model and batch,\n' +
    'if not given, are as large as needed.',
  examples: [
    'simulate --modes data,pipeline --threads 2,4,8,16',
    'simulate --grid 1x1024x1 --microbatches 64 --depth 1024 --width 512',
    'simulate --grid 128x8x1,8x128x1 --machines 4 --latency-us 50',
    'simulate --threads 2,4 --calibration results/RUN/calibration.csv',
  ],
  settle: (values, given) => settle(sized(values, given), HIDDEN_WIDTHS.scaling, given),
  run: predict,
})

function predict(options: Settled<Unsettled>): Promise<boolean> {
  const { activation, loss, layers, batch, calibration, memoryGbps, machines } = options
  const model: Model = { widths: layers!, activation, loss }
  const file = calibration === undefined ? undefined : fileOf(calibration)
  const measured = file && rateOf(file.times)
  const gflops = options.gflops ?? measured ?? announceKernel(options.kernel, console.log).gflops
  const costOf = (plan: Plan): Cost => {
    const rate = costAtRate(plan, { gflops, gigabytesPerSecond: memoryGbps })
    return file ? costFromTimes(plan, file.times, rate) : rate
  }
  const within: Link = {
    latencyNs: options.handoffUs === undefined ? (file?.handoffNs ?? WITHIN.latencyNs) : options.handoffUs * 1e3,
    gigabytesPerSecond: options.bandwidthGbps ?? WITHIN.gigabytesPerSecond,
  }
  const between: Link = { latencyNs: options.latencyUs * 1e3, gigabytesPerSecond: options.networkGbps }

  const serial = planGrid(serialGrid(options, model))
  const serialNs = simulated(serial, costOf(serial)).duration
  console.log(
    `${namedWidths(model.widths)}, batch ${batch}; ${gflops.toFixed(1)} GFLOP/s a rank` +
      (calibration === undefined ? '' : `, or as in ${calibration}`) +
      `; handing over ${within.latencyNs / 1e3} µs and ${within.gigabytesPerSecond} GB/s` +
      (machines > 1 ? `, between ${machines} machines ${options.latencyUs} µs and ${options.networkGbps} GB/s` : '') +
      `; serial: ${formatDuration(serialNs)} a step`,
  )
  const rows = []
  let unchecked = 0
  for (const strategy of strategiesOf(options, model, options.threads ?? [])) {
    const { grid } = strategy
    const ranks = ranksOf(grid)
    const { name } = nameOf(strategy)
    const reason =
      reasonAgainst(grid) ?? (ranks < machines ? `${ranks} ranks are fewer than ${machines} machines` : undefined)
    if (reason !== undefined) {
      console.log(`skipped: ${inWords(strategy)}: ${reason}`)
      continue
    }
    refuseLongPlan(name, grid)
    const plan = planGrid(grid)
    if (ranks <= MOST_CHECKED) checkPlan(plan)
    else unchecked++
    if (file) {
      const { timed, all } = coverage(plan, file.times)
      if (timed < all) console.log(`${name}: ${all - timed} of ${all} shapes at the rate`)
    }
    const handoff = handoffCosts({ ranks, machines, within, between })
    rows.push({ name, ranks, outlook: outlookOf(plan, costOf(plan), handoff, serialNs) })
  }
  if (rows.length === 0) return Promise.resolve(false)
  console.log(outlookTable(rows))
  console.log(OUTLOOK_LEGEND)
  if (unchecked > 0) {
    console.log(
      `not proven beforehand, as a run would: ${unchecked} of ${rows.length} plans, of more than ${MOST_CHECKED} ranks`,
    )
  }
  return Promise.resolve(true)
}

/**
 * What `simulate` adds to the options of a plan: a grid alone means that grid alone, and a model, a batch and thread
 * counts that were not asked for are large enough for what was.
 *
 * @throws UsageError for two ways to name a model
 */
function sized(options: Unsettled, given: Given): Unsettled {
  const { depth, width, grid, layers, model } = options
  const named = layers ? 'layers' : model ? 'model' : undefined
  const other = depth === undefined ? (width === undefined ? undefined : 'width') : 'depth'
  if (named && other) throw new UsageError(`--${other} ${options[other]}: expected without --${named}`)

  const modes = grid !== undefined && !given('modes') ? (['hybrid'] as const) : options.modes
  const threads = options.threads ?? (grid === undefined || grid === 'all' ? RANKS : undefined)
  const degrees = Array.isArray(grid) ? grid : (threads ?? RANKS).map((ranks) => ({ dp: ranks, pp: ranks, tp: 1 }))
  const most = (of: (degree: (typeof degrees)[number]) => number) => Math.max(...degrees.map(of))
  const stages = modes.some((mode) => mode !== 'data' && mode !== 'serial' && mode !== 'tensor')
    ? most(({ pp }) => pp)
    : 1
  const wide = width ?? Math.max(WIDTH, COLUMNS_PER_RANK * most(({ tp }) => tp))
  const deep = depth ?? Math.max(DEPTH, stages)
  const replicas = (dp: number) => (modes.includes('hybrid') ? dp * options.microbatches : dp)
  return {
    ...options,
    modes: [...modes],
    threads,
    layers: named ? layers : Array.from({ length: deep + 1 }, () => wide),
    batch:
      given('batch') || model !== undefined
        ? options.batch
        : Math.max(
            options.batch,
            options.microbatches,
            most(({ dp }) => replicas(dp)),
          ),
  }
}

/** Longer plans do not fit into the memory that Node takes by default, at some 250 bytes an instruction. */
const MOST_INSTRUCTIONS = 6e6
/** Forward, both gradients and a signal, of each layer and microbatch; about. */
const PER_LAYER = 4

/** A ring has a step for every pair of its ranks, twice round. */
function refuseLongPlan(name: string, { model, dp, tp, microbatches, reduction }: Grid): void {
  const layers = layerCount(model)
  const ring = reduction === 'ring' && dp > 1 ? 2 * dp ** 2 * (layers + 2) : 0
  const instructions = PER_LAYER * dp * tp * layers * microbatches + ring
  if (instructions > MOST_INSTRUCTIONS) {
    throw new UsageError(
      `${name}: about ${(instructions / 1e6).toFixed(1)} million instructions; ` +
        `expected at most ${MOST_INSTRUCTIONS / 1e6} million, with fewer layers, microbatches or replicas`,
    )
  }
}

function fileOf(path: string): CalibrationFile {
  try {
    return readCalibration(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`--calibration ${path}: expected the calibration.csv of a run; ${messageOf(error)}`)
  }
}

/** Many layers of one width are counted. */
function namedWidths(widths: readonly number[]): string {
  const [first] = widths
  const alike = widths.length > 8 && widths.every((width) => width === first)
  return alike ? `${widths.length - 1} layers of ${first}` : widths.join('-')
}
