import type { Hyperparameters } from '../kernels/kernel.ts'
import { createCell, EXECUTION, isPipelined, isReplicated, type Cell, type Execution } from './cell.ts'
import type { Model } from '../model/shape.ts'
import type { Handoff } from '../plan/build/boundary.ts'
import { exceeds } from './fit.ts'
import { ownersCompute } from '../plan/grid.ts'
import { PlanError } from '../plan/plan.ts'
import { factorisations, gridOf, modeImpossible, type Mode, type Setting, type Shape } from '../plan/modes.ts'
import type { SplitOptions } from '../../bench/options.ts'

/** Of Adam and momentum: the values that everybody uses (Kingma and Ba 2015). */
const BETAS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

export interface Skipped {
  readonly mode: Mode
  readonly threads: number
  readonly reason: string
}

/** A point of the space of strategies, and how it is run. */
export interface Variant {
  readonly mode: Mode
  readonly setting: Setting
  readonly execution: Execution
}

/**
 * All cells that the options amount to, serial always among them: it is what the others are verified against and compared
 * with. What is not possible is skipped, with the reason; explicit thread counts that are not possible have been refused
 * before. So is what does not fit into the memory that a rank may use, but for the reference.
 *
 * @throws PlanError if nothing fits
 */
export function chooseCells(
  options: SplitOptions & { readonly learningRate: number },
  model: Model,
  threadCounts: readonly number[],
): { serial: Cell; cells: Cell[]; skipped: Skipped[] } {
  const hyper: Hyperparameters = { ...BETAS, learningRate: options.learningRate }
  const serial = createCell('serial', { ...settingOf(options, model, 1), handoff: 'shared' }, hyper)
  const cells: Cell[] = [serial]
  const skipped: Skipped[] = []
  for (const { mode, setting, execution } of variants(options, model, threadCounts)) {
    const reason = modeImpossible(mode, setting) ?? tooLarge(options, mode, setting)
    const { threads } = setting
    if (reason === undefined) cells.push(createCell(mode, setting, hyper, execution))
    // What is wrong with a grid is said once, not for every schedule and reduction.
    else if (
      !skipped.some((each) => each.mode === mode && each.threads === threads && each.reason === reason)
    )
      skipped.push({ mode, threads, reason })
  }
  if (cells.length === 1 && skipped.length > 0 && options.memoryPerRank !== undefined) {
    const [{ mode, threads, reason }] = skipped
    throw new PlanError(`--memory-per-rank: nothing fits: ${mode} on ${threads} threads ${reason}`)
  }
  return { serial, cells, skipped }
}

const tooLarge = ({ memoryPerRank }: SplitOptions, mode: Mode, setting: Setting): string | undefined =>
  memoryPerRank === undefined
    ? undefined
    : exceeds(gridOf(mode, setting), memoryPerRank, setting.microbatches)

/** What the options decide about every cell; where they name several schedules or reductions, the first. */
export function settingOf(options: SplitOptions, model: Model, threads: number): Setting {
  const { optimizer, batch, microbatches, schedule, reduction, handoff, chunks, table } = options
  return {
    model,
    optimizer,
    batch,
    microbatches,
    threads,
    schedule: schedule[0],
    reduction: reduction[0],
    handoff: handoff[0],
    chunks,
    table,
    bucketBytes: options.bucketKib * 1024,
    overlap: options.overlap,
    shardOptimizer: options.shardOptimizer,
  }
}

/** Everything but the serial reference, whether possible or not. */
export function variants(options: SplitOptions, model: Model, threadCounts: readonly number[]): Variant[] {
  return options.modes.flatMap((mode) =>
    pointsOf(options, mode, threadCounts).flatMap(({ threads, shape }): Variant[] => {
      const point = { ...settingOf(options, model, threads), ...(shape ? { shape } : {}) }
      const schedules =
        isPipelined(mode, point) && !options.table ? options.schedule : options.schedule.slice(0, 1)
      const reductions = isReplicated(mode, point) ? options.reduction : options.reduction.slice(0, 1)
      return schedules.flatMap((schedule) =>
        reductions.flatMap((reduction) => {
          const setting = { ...point, schedule, reduction }
          return handoffsOf(options, mode, setting).flatMap((handoff) =>
            executionsOf(options, mode, handoff).map((execution) => ({
              mode,
              setting: { ...setting, handoff },
              execution,
            })),
          )
        }),
      )
    }),
  )
}

/** Thread counts of a mode, and the grids of `hybrid`: those asked for, or all proper products of each count. */
function pointsOf(
  { grid }: SplitOptions,
  mode: Mode,
  counts: readonly number[],
): { threads: number; shape?: Shape }[] {
  // Serial runs on its one thread, and is there already.
  if (mode === 'serial') return [{ threads: 1 }]
  if (mode !== 'hybrid') return counts.map((threads) => ({ threads }))
  if (grid !== undefined && grid !== 'all') {
    return grid.map((shape) => ({ threads: shape.dp * shape.pp * shape.tp, shape }))
  }
  return counts.flatMap((threads) =>
    factorisations(threads)
      .filter(({ dp, pp, tp }) => grid === 'all' || [dp, pp, tp].filter((degree) => degree > 1).length > 1)
      .map((shape) => ({ threads, shape })),
  )
}

/** Where nothing is handed over between stages, or all of it lies in shared memory by nature, there is no choice. */
function handoffsOf({ handoff }: SplitOptions, mode: Mode, setting: Setting) {
  if (mode !== 'layer' && !isPipelined(mode, setting)) return ['shared' as const]
  const { tp, pp } = gridOf(mode, setting)
  const choice = pp > 1 && tp === 1 && !ownersCompute(gridOf(mode, setting))
  return choice ? handoff : ['shared' as const]
}

/** Modes that are also run as single tasks, where that was asked for; their ranks have no threads to post messages to. */
const DISPATCHED: readonly Mode[] = ['serial', 'data', 'layer']

function executionsOf({ dispatch, wait }: SplitOptions, mode: Mode, handoff: Handoff): Execution[] {
  const resident = dispatch.includes('resident') && mode !== 'serial' ? wait : []
  const tasks = dispatch.includes('task') && DISPATCHED.includes(mode) && handoff === 'shared'
  return [
    ...resident.map((each): Execution => ({ dispatch: 'resident', wait: each })),
    ...(tasks ? [{ ...EXECUTION, dispatch: 'task' as const }] : []),
  ]
}

/** 1, 2, 4, … and the number of cores itself. */
export function defaultThreads(cores: number): number[] {
  const counts = [1]
  while (counts[counts.length - 1] * 2 <= cores) counts.push(counts[counts.length - 1] * 2)
  if (!counts.includes(cores)) counts.push(cores)
  return counts
}

export function announceSkipped(skipped: readonly Skipped[]): void {
  for (const { mode, threads, reason } of skipped)
    console.log(`skipped: ${mode} on ${threads} threads: ${reason}`)
}
