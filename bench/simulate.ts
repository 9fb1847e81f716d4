import { readFileSync } from 'node:fs'
import { cellName, EXECUTION } from '../src/cells/cell.ts'
import { layerCount, type Model } from '../src/model/shape.ts'
import { checkPlan } from '../src/plan/check/check.ts'
import { gridOf, modeImpossible, planMode, type Mode, type Setting } from '../src/plan/modes.ts'
import type { Plan } from '../src/plan/plan.ts'
import { readCalibration, type CalibrationFile } from '../src/report/rows/calibration.ts'
import { OUTLOOK_LEGEND, outlookTable } from '../src/report/text/outlook.ts'
import { formatDuration } from '../src/report/text/format.ts'
import { costFromTimes, coverage, rateOf } from '../src/simulate/calibrated.ts'
import { handoffCosts, type Link } from '../src/simulate/handoff.ts'
import { outlookOf } from '../src/simulate/outlook.ts'
import { costAtRate } from '../src/simulate/rate.ts'
import { simulate, type Cost } from '../src/simulate/simulate.ts'
import { announceSkipped, settingOf, variants } from '../src/cells/choose.ts'
import { announceKernel } from './run/kernel.ts'
import { UsageError, type SimulateOptions } from './options.ts'

/** Proving a plan takes time and memory that grow with the square of the ranks; plans of one kind are alike. */
const MOST_CHECKED = 64
/** How long threads of one process take to hand over, and how fast, unless something else is asked for or was measured. */
const WITHIN: Link = { latencyNs: 200, gigabytesPerSecond: 50 }

/**
 * Predicts steps without running them: of any grid, on any number of ranks, on one machine or on several with a network
 * between them. The plans are those that would run; what is assumed is how long instructions and handoffs take.
 */
export function runSimulation(options: SimulateOptions): Promise<boolean> {
  const { activation, loss, layers, batch, calibration, memoryGbps, machines } = options
  const model: Model = { widths: layers!, activation, loss }
  const file = calibration === undefined ? undefined : fileOf(calibration)
  const measured = file && rateOf(file.times)
  const gflops = options.gflops ?? measured ?? announceKernel(options.kernel).gflops
  const costOf = (plan: Plan): Cost => {
    const rate = costAtRate(plan, { gflops, gigabytesPerSecond: memoryGbps })
    return file ? costFromTimes(plan, file.times, rate) : rate
  }
  const within: Link = {
    latencyNs:
      options.handoffUs === undefined ? (file?.handoffNs ?? WITHIN.latencyNs) : options.handoffUs * 1e3,
    gigabytesPerSecond: options.bandwidthGbps ?? WITHIN.gigabytesPerSecond,
  }
  const between: Link = { latencyNs: options.latencyUs * 1e3, gigabytesPerSecond: options.networkGbps }

  const serial = planMode('serial', settingOf(options, model, 1))
  const serialNs = simulate(serial, costOf(serial)).duration
  console.log(
    `${namedWidths(model.widths)}, batch ${batch}; ${gflops.toFixed(1)} GFLOP/s a rank` +
      (calibration === undefined ? '' : `, or as in ${calibration}`) +
      `; handing over ${within.latencyNs / 1e3} µs and ${within.gigabytesPerSecond} GB/s` +
      (machines > 1
        ? `, between ${machines} machines ${options.latencyUs} µs and ${options.networkGbps} GB/s`
        : '') +
      `; serial: ${formatDuration(serialNs)} a step`,
  )
  const rows = []
  let unchecked = 0
  for (const { mode, setting } of variants(options, model, options.threads ?? [])) {
    const { threads } = setting
    const reason =
      modeImpossible(mode, setting) ??
      (threads < machines ? `${threads} ranks are fewer than ${machines} machines` : undefined)
    if (reason !== undefined) {
      announceSkipped([{ mode, threads, reason }])
      continue
    }
    refuseLongPlan(mode, setting)
    const plan = planMode(mode, setting)
    if (threads <= MOST_CHECKED) checkPlan(plan)
    else unchecked++
    if (file) {
      const { timed, all } = coverage(plan, file.times)
      if (timed < all)
        console.log(`${cellName(mode, setting, EXECUTION)}: ${all - timed} of ${all} shapes at the rate`)
    }
    const handoff = handoffCosts({ ranks: threads, machines, within, between })
    rows.push({
      name: cellName(mode, setting, EXECUTION),
      ranks: threads,
      outlook: outlookOf(plan, costOf(plan), handoff, serialNs),
    })
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

/** Longer plans do not fit into the memory that Node takes by default, at some 250 bytes an instruction. */
const MOST_INSTRUCTIONS = 6e6
/** Forward, both gradients and a signal, of each layer and microbatch; about. */
const PER_LAYER = 4

/** A ring has a step for every pair of its ranks, twice round. */
function refuseLongPlan(mode: Mode, setting: Setting): void {
  const { model, dp, tp, microbatches, reduction } = gridOf(mode, setting)
  const layers = layerCount(model)
  const ring = reduction === 'ring' && dp > 1 ? 2 * dp ** 2 * (layers + 2) : 0
  const instructions = PER_LAYER * dp * tp * layers * microbatches + ring
  if (instructions > MOST_INSTRUCTIONS) {
    throw new UsageError(
      `${cellName(mode, setting, EXECUTION)}: about ${(instructions / 1e6).toFixed(1)} million instructions; ` +
        `expected at most ${MOST_INSTRUCTIONS / 1e6} million, with fewer layers, microbatches or replicas`,
    )
  }
}

function fileOf(path: string): CalibrationFile {
  try {
    return readCalibration(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(
      `--calibration ${path}: expected the calibration.csv of a run; ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Many layers of one width are counted. */
function namedWidths(widths: readonly number[]): string {
  const [first] = widths
  const alike = widths.length > 8 && widths.every((width) => width === first)
  return alike ? `${widths.length - 1} layers of ${first}` : widths.join('-')
}
