import { readFileSync } from 'node:fs'
import { inWords, reasonAgainst, serialGrid, strategiesOf } from '../src/cells/choose.ts'
import { nameOf } from '../src/cells/dimensions.ts'
import { grids, wholeNumbers } from '../src/cells/values.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { messageOf } from '../src/errors.ts'
import type { KernelName } from '../src/kernels/kernel.ts'
import { timeProduct } from '../src/measure/products.ts'
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
import { constantRate, costAtRate, INSTRUCTION_NS, type Rate } from '../src/simulate/rate.ts'
import { simulate as simulated, type Cost } from '../src/simulate/simulate.ts'
import { timedProducts } from '../src/simulate/timed-products.ts'
import { command, UsageError } from './options/command.ts'
import { settle, type Settled } from './options/settle.ts'
import { MOST_RANKS, SIMULATE_OPTIONS, sized, type SimulateOptions } from './options/simulated.ts'
import { announceKernel } from './run/run.ts'
import { openTerminal } from './run/terminal.ts'

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
  takes: ['modes', 'threads', 'grid', 'schedule', 'scheduleFile', 'chunks', 'reduction', 'bucketKib', 'overlap', 'shardOptimizer', 'handoff', 'kernel', 'layers', 'model', 'activation', 'loss', 'optimizer', 'batch', 'microbatches'], // prettier-ignore
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
    'Without --gflops and --calibration, each size of product in the plans is timed here\n' +
    'on one thread, for a few seconds at most. Model and batch, if not given, are as\n' +
    'large as needed.\n\n' +
    'Left out: products are timed with their operands in the cache; every rank has a\n' +
    'core of its own, which others do not slow down; no step takes longer than another;\n' +
    'a rank reads what another has written at the bandwidth, once, after the handoff,\n' +
    'and computes nothing meanwhile; links are not slower where several ranks use them.',
  examples: [
    'simulate --modes data,pipeline --threads 2,4,8,16',
    'simulate --grid 1x1024x1 --depth 1024 --width 512',
    'simulate --grid 128x8x1,8x128x1 --machines 4 --latency-us 50',
    'simulate --threads 2,4 --calibration results/RUN/calibration.csv',
  ],
  settle: (values, given) => settle(sized(values, given), HIDDEN_WIDTHS.scaling, given),
  run: predict,
})

function predict(options: Settled<SimulateOptions>): Promise<boolean> {
  const { explain } = openTerminal()
  const { activation, loss, layers, batch, calibration, memoryGbps, machines } = options
  const model: Model = { widths: layers!, activation, loss }
  const file = calibration === undefined ? undefined : fileOf(calibration)
  const gflops = options.gflops ?? (file && rateOf(file.times))
  const here = gflops === undefined ? ratesHere(options.kernel, memoryGbps) : undefined
  const rate = here?.rate ?? constantRate(gflops!, memoryGbps)
  const costOf = (plan: Plan): Cost => {
    const cost = costAtRate(plan, rate)
    return file ? costFromTimes(plan, file.times, cost) : cost
  }
  const within: Link = {
    latencyNs: options.handoffUs === undefined ? (file?.handoffNs ?? WITHIN.latencyNs) : options.handoffUs * 1e3,
    gigabytesPerSecond: options.bandwidthGbps ?? WITHIN.gigabytesPerSecond,
  }
  const between: Link = { latencyNs: options.latencyUs * 1e3, gigabytesPerSecond: options.networkGbps }

  const serial = planGrid(serialGrid(options, model))
  const serialNs = simulated(serial, costOf(serial)).duration
  explain(
    `${namedWidths(model.widths)}, batch ${batch}; ` +
      (gflops === undefined
        ? 'products as timed here by size, on one thread'
        : `${gflops.toFixed(1)} GFLOP/s a rank, whatever the size`) +
      (calibration === undefined ? '' : `, or as in ${calibration}`) +
      `; handoff ${within.latencyNs / 1e3} µs and ${within.gigabytesPerSecond} GB/s` +
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
      explain(`skipped: ${inWords(strategy)}: ${reason}`)
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
  explain(OUTLOOK_LEGEND)
  if (here) explain(here.told())
  if (unchecked > 0) {
    explain(
      `not proven beforehand, as a run would: ${unchecked} of ${rows.length} plans, of more than ${MOST_CHECKED} ranks`,
    )
  }
  return Promise.resolve(true)
}

/** Time for all products together that are timed here, and for each of them. */
const PRODUCTS_MS = 2500
const PRODUCT_MS = 20

/** The speed of a rank that has a core like this thread's, from the products of the plans that are simulated. */
function ratesHere(kernel: KernelName | undefined, gigabytesPerSecond: number) {
  const { choice } = announceKernel(kernel, console.log)
  const products = timedProducts(
    (product) => timeProduct(choice, product, PRODUCT_MS),
    PRODUCTS_MS,
    () => performance.now(),
  )
  const { productNs } = products
  const rate: Rate = { productNs, includesUpdates: true, gigabytesPerSecond, instructionNs: INSTRUCTION_NS }
  const told = (): string => {
    const { timed, estimated, spentMs } = products.facts()
    const others = estimated > 0 ? `; ${estimated} more have the rate of the nearest of them` : ''
    return `${timed} sizes of products timed here in ${formatDuration(spentMs * 1e6)}${others}`
  }
  return { rate, told }
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
