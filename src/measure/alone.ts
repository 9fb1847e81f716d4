import type { KernelChoice } from '../kernels/kernel.ts'
import type { Bandwidths, PeakWindows } from '../kernels/wasm/measure-limits.ts'
import { syntheticDataSet } from '../model/data/synthetic.ts'
import { layerCount, stepFlop, type Model } from '../model/shape.ts'
import { GRID_DEFAULTS } from '../plan/grid.ts'
import { cutBatches } from './batches.ts'
import { EXECUTION, type Cell } from '../cells/cell.ts'
import { createCell } from '../cells/choose.ts'
import { degreesOf } from '../plan/modes.ts'
import { openSession, type Session } from './session.ts'
import { least, median, sum } from './statistics.ts'
import { stepTimes } from './ledger.ts'

// What the arithmetic does alone, with nothing split, on the same threads as everything else.

const SEED = 1
/** So many that no step finds its input in the cache. */
const ROTATING_BATCHES = 8
const FEWEST_STEPS = 5
const WARM_UP_SHARE = 0.25
const HYPER = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

const PLAIN = { optimizer: 'sgd', microbatches: 1, schedule: 'gpipe', reduction: 'direct' } as const

const cellOf = (mode: 'serial' | 'data', model: Model, batch: number, threads: number): Cell => {
  const grid = { ...GRID_DEFAULTS, ...PLAIN, ...degreesOf(mode, threads), model, batch }
  return createCell({ mode, grid, ...EXECUTION }, HYPER)
}

export type StepResult = Awaited<ReturnType<typeof measureStep>>

/**
 * Times the training step of a model on one thread for about some milliseconds, given the speed that is expected.
 *
 * @throws RankError if the rank fails
 */
export async function measureStep(
  kernel: KernelChoice,
  model: Model,
  batch: number,
  milliseconds: number,
  expectedGflops: number,
) {
  const flop = stepFlop(model, batch)
  const steps = Math.max(FEWEST_STEPS, Math.round((milliseconds * 1e6 * expectedGflops) / flop))
  const warmUp = Math.ceil(steps * WARM_UP_SHARE)
  const cell = cellOf('serial', model, batch, 1)
  const session = await openSession({ cells: [cell], batches: ROTATING_BATCHES, seed: SEED, cores: 1, kernel })
  try {
    const classes = model.widths[layerCount(model)]
    const rows = ROTATING_BATCHES * batch
    const set = syntheticDataSet({ rows, columns: model.widths[0], classes, seed: SEED })
    session.load(cutBatches(set, batch, ROTATING_BATCHES))
    session.initialise(cell)
    const times = stepTimes(await session.run(cell, warmUp, steps, 0)).slice(warmUp)
    return { medianNs: median(times), minNs: least(times), flop }
  } finally {
    await session.close()
  }
}

export interface PeakTogether {
  readonly threads: number
  readonly peakGflops: number
}

export interface LimitsTogether extends PeakTogether, Bandwidths {}

/** Measurements of a peak, where other programs keep the threads from ever being at work at once. */
const PEAK_TRIES = 5
/** A thread was at work in a window in which it did more than this share of its best; two threads of a core do half. */
const AT_WORK = 0.4

/**
 * The peak of some of a session's cores together, for each count; nothing for a kernel in plain JavaScript. It takes some
 * tens of milliseconds for each, unless other programs disturb it.
 */
export async function measurePeaks(session: Pick<Session, 'peak'>, counts: readonly number[]): Promise<PeakTogether[]> {
  const peaks: PeakTogether[] = []
  for (const threads of counts) {
    let peakGflops = 0
    for (let attempt = 0, done = false; attempt < PEAK_TRIES && !done; attempt++) {
      const windows = windowsOf(await session.peak(threads))
      peakGflops = Math.max(peakGflops, mostAtOnce(windows))
      done = windows.length === 0 || wereAtWorkAtOnce(windows)
    }
    if (peakGflops > 0) peaks.push({ threads, peakGflops })
  }
  return peaks
}

/** For each window in which some thread measured, the rates of all. */
const windowsOf = (threads: readonly PeakWindows[]): number[][] =>
  [...new Set(threads.flatMap((rates) => [...rates.keys()]))].map((window) =>
    threads.map((rates) => rates.get(window) ?? 0),
  )

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0)

/**
 * The most that threads did together in one window, since other programs can only slow them down. Each one's own best
 * window would claim more: a core may be faster while the others are not at work.
 */
const mostAtOnce = (windows: readonly number[][]): number => largest(windows.map(sum))

function wereAtWorkAtOnce(windows: readonly number[][]): boolean {
  const best = windows[0].map((_, thread) => largest(windows.map((rates) => rates[thread])))
  return windows.some((rates) => rates.every((rate, thread) => rate > AT_WORK * best[thread]))
}

/** Known limits, raised to the peaks that were seen at another time. */
export const highestOf = <Known extends PeakTogether>(
  known: readonly Known[],
  seen: readonly PeakTogether[],
): Known[] =>
  known.map((each) => {
    const peaks = seen.filter(({ threads }) => threads === each.threads).map(({ peakGflops }) => peakGflops)
    return { ...each, peakGflops: Math.max(each.peakGflops, ...peaks) }
  })

/** What some of a session's cores do together, for each count; nothing for a kernel in plain JavaScript. */
export async function measureLimits(session: Session, counts: readonly number[]): Promise<LimitsTogether[]> {
  const limits: LimitsTogether[] = []
  for (const peak of await measurePeaks(session, counts)) {
    const each = await session.bandwidths(peak.threads)
    limits.push({
      ...peak,
      copyGbps: sum(each.map(({ copyGbps }) => copyGbps)),
      triadGbps: sum(each.map(({ triadGbps }) => triadGbps)),
    })
  }
  return limits
}

/** The same on threads of its own. */
export async function measureLimitsTogether(
  kernel: KernelChoice,
  counts: readonly number[],
): Promise<LimitsTogether[]> {
  const most = Math.max(...counts)
  const model: Model = { widths: [1, 1], activation: 'identity', loss: 'mse' }
  const cell = cellOf('data', model, most, most)
  const session = await openSession({ cells: [cell], batches: 1, seed: SEED, cores: most, kernel })
  try {
    return await measureLimits(session, counts)
  } finally {
    await session.close()
  }
}
