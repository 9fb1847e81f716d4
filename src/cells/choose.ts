import type { Hyperparameters } from '../kernels/kernel.ts'
import { layerCount, type Model } from '../model/shape.ts'
import { impossible, ownersCompute, ranksOf, tableOf, type Degrees, type Grid, type Handoff } from '../plan/grid.ts'
import { degreesOf, factorisations, gridOf, isPipelined, isReplicated, type Mode, type Open } from '../plan/modes.ts'
import { PlanError } from '../plan/plan.ts'
import { stagesOf, type Table } from '../plan/schedules/schedule.ts'
import { EXECUTION, type Cell, type Execution, type Strategy, SERIAL_AGAIN } from './cell.ts'
import { type DimensionName, type DimensionOptions, nameOf } from './dimensions.ts'
import { exceeds } from './fit.ts'
import { checkPlan } from '../plan/check/check.ts'
import { planGrid } from '../plan/build/programs.ts'

/** Decay rates of momentum and Adam, and Adam's epsilon, as everybody uses them (Kingma and Ba 2015). */
const DECAY = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

/** What decides which cells there are. */
export interface CellOptions extends Omit<DimensionOptions, 'learningRate'> {
  readonly learningRate: number
  /** What `scheduleFile` holds. */
  readonly table?: Table | undefined
  /** Bytes that a rank's buffers may take. */
  readonly memoryPerRank?: number | undefined
}

/** Cells that cannot be, in words: which, and why. */
export interface Skipped {
  readonly what: string
  readonly reason: string
}

export interface Chosen {
  readonly serial: Cell
  /** Serial comes first. */
  readonly cells: readonly Cell[]
  readonly skipped: readonly Skipped[]
}

/**
 * All cells that the options amount to, and serial: the others are verified against it and compared with it. Impossible
 * ones are skipped, with the reason, and so are those that need more memory than a rank may use, except for serial.
 *
 * @param varied dimensions that the cells' names tell
 * @throws PlanError if nothing fits into the memory
 */
export function chooseCells(
  options: CellOptions,
  model: Model,
  threadCounts: readonly number[],
  varied: readonly DimensionName[] = [],
): Chosen {
  const hyper: Hyperparameters = { ...DECAY, learningRate: options.learningRate }
  const serial = createCell({ mode: 'serial', grid: serialGrid(options, model), ...EXECUTION }, hyper)
  const cells: Cell[] = [serial]
  const skipped = new Map<string, Skipped>()
  for (const strategy of strategiesOf(options, model, threadCounts)) {
    const reason = reasonAgainst(strategy.grid) ?? tooLarge(options, strategy.grid)
    if (reason === undefined) cells.push(createCell(strategy, hyper, varied))
    else {
      const what = inWords(strategy)
      skipped.set(`${what}: ${reason}`, { what, reason })
    }
  }
  if (cells.length === 1 && skipped.size > 0 && options.memoryPerRank !== undefined) {
    const [{ what, reason }] = skipped.values()
    throw new PlanError(`--memory-per-rank: nothing fits: ${what} ${reason}`)
  }
  return { serial, cells, skipped: [...skipped.values()] }
}

/** The grid of the reference. */
export const serialGrid = (options: CellOptions, model: Model): Grid =>
  gridOf('serial', { ...openOf(options, model), handoff: 'shared' }, degreesOf('serial', 1))

/** "pipeline (interleaved) on 4 threads" */
export function inWords({ mode, grid }: Strategy): string {
  const schedule = isPipelined(mode, grid) ? ` (${grid.table ? 'file' : grid.schedule})` : ''
  return `${mode}${schedule} on ${ranksOf(grid)} threads`
}

/** A longer list of layers helps nobody. */
const MOST_ADDED = 16

/** Why there is no plan for a grid, with layers that there would be one for, where it lacks layers. */
export function reasonAgainst(grid: Grid): string | undefined {
  const reason = impossible(grid)
  if (reason === undefined) return undefined
  const missing = Math.max(grid.pp, stagesOf(tableOf(grid))) - layerCount(grid.model)
  if (missing <= 0 || missing > MOST_ADDED) return reason
  const { widths } = grid.model
  const layers = [...widths.slice(0, -1), ...Array.from({ length: missing }, () => widths.at(-2)!), widths.at(-1)]
  return `${reason}; try --layers ${layers.join('-')}`
}

const tooLarge = ({ memoryPerRank, microbatches }: CellOptions, grid: Grid): string | undefined =>
  memoryPerRank === undefined ? undefined : exceeds(grid, memoryPerRank, microbatches)

/** What the options decide about every cell; where they name several schedules or reductions, the first. */
function openOf(options: CellOptions, model: Model): Open {
  const { optimizer, batch, microbatches, chunks, table, overlap, shardOptimizer } = options
  const [[schedule], [reduction], [handoff]] = [options.schedule, options.reduction, options.handoff]
  const split = { schedule, reduction, handoff, chunks, table, bucketBytes: options.bucketKib * 1024 }
  return { model, optimizer, batch, microbatches, overlap, shardOptimizer, ...split }
}

/** Every strategy but the serial reference, whether possible or not. */
export function strategiesOf(options: CellOptions, model: Model, threadCounts: readonly number[]): Strategy[] {
  const open = openOf(options, model)
  return options.modes.flatMap((mode) =>
    degreesFor(options, mode, threadCounts).flatMap((degrees) => {
      const { schedule, reduction, table } = options
      const schedules = isPipelined(mode, degrees) && !table ? schedule : schedule.slice(0, 1)
      const reductions = isReplicated(mode, degrees) ? reduction : reduction.slice(0, 1)
      return schedules.flatMap((each) =>
        reductions.flatMap((other) => {
          const grid = gridOf(mode, { ...open, schedule: each, reduction: other }, degrees)
          return handoffsOf(options, mode, grid).flatMap((handoff) =>
            executionsOf(options, mode, handoff).map((execution) => ({
              mode,
              grid: { ...grid, handoff },
              ...execution,
            })),
          )
        }),
      )
    }),
  )
}

const isProper = (degrees: Degrees): boolean => Object.values(degrees).filter((degree) => degree > 1).length > 1

/** The degrees of a mode for some thread counts; `hybrid` has those asked for, or all proper products of each count. */
function degreesFor({ grid }: CellOptions, mode: Mode, counts: readonly number[]): readonly Degrees[] {
  if (mode === 'serial') return [degreesOf(mode, 1)]
  if (mode !== 'hybrid') return counts.map((threads) => degreesOf(mode, threads))
  if (grid !== undefined && grid !== 'all') return grid
  return counts.flatMap((threads) => factorisations(threads).filter((each) => grid === 'all' || isProper(each)))
}

/** There is a choice where one stage hands over to another, unless all of it lies in shared memory by nature. */
function handoffsOf({ handoff }: CellOptions, mode: Mode, grid: Grid): readonly Handoff[] {
  const hasStages = mode === 'layer' || isPipelined(mode, grid)
  return hasStages && grid.pp > 1 && grid.tp === 1 && !ownersCompute(grid) ? handoff : ['shared']
}

/** Modes that can be run as single tasks, too; their ranks have no threads to post messages to. */
const DISPATCHED: readonly Mode[] = ['serial', 'data', 'layer']

function executionsOf({ dispatch, wait }: CellOptions, mode: Mode, handoff: Handoff): Execution[] {
  // Serial's one resident cell is the reference, which is always there.
  const resident = dispatch.includes('resident') && mode !== 'serial' ? wait : []
  const executions = resident.map((each): Execution => ({ dispatch: 'resident', wait: each }))
  const tasks = dispatch.includes('task') && DISPATCHED.includes(mode) && handoff === 'shared'
  return tasks ? [...executions, { ...EXECUTION, dispatch: 'task' }] : executions
}

/** 1, 2, 4, … and the number of cores itself. */
export function defaultThreads(cores: number): number[] {
  const counts = [1]
  while (counts[counts.length - 1] * 2 <= cores) counts.push(counts[counts.length - 1] * 2)
  return counts.includes(cores) ? counts : [...counts, cores]
}

/**
 * Makes a cell, with its plan proved.
 *
 * @param varied dimensions that its name tells although the names of other runs' cells do not
 * @throws PlanError if there is no plan for the grid
 */
export function createCell(strategy: Strategy, hyper: Hyperparameters, varied: readonly DimensionName[] = []): Cell {
  const plan = planGrid(strategy.grid)
  checkPlan(plan)
  const cell = { ...strategy, again: false, plan, hyper }
  return { ...cell, ...nameOf(cell, varied) }
}

export const againOf = (serial: Cell): Cell => ({ ...serial, name: SERIAL_AGAIN, family: 'serial-again', again: true })
