import type { KernelChoice } from '../kernels/kernel.ts'
import type { Limits } from '../kernels/wasm/measure-limits.ts'
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

export interface LimitsTogether extends Limits {
  readonly threads: number
}

/** What some of a session's cores do together, for each count; empty for a kernel in plain JavaScript. */
export async function measureLimits(session: Session, counts: readonly number[]): Promise<LimitsTogether[]> {
  const results: LimitsTogether[] = []
  for (const threads of counts) {
    const each = await session.limits(threads)
    const total = (limit: keyof Limits) => sum(each.map((limits) => limits[limit]))
    if (each.length === 0) continue
    results.push({
      threads,
      peakGflops: total('peakGflops'),
      copyGbps: total('copyGbps'),
      triadGbps: total('triadGbps'),
    })
  }
  return results
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
