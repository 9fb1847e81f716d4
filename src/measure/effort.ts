import type { Cell } from '../cells/cell.ts'
import { stepFlop } from '../model/shape.ts'
import { idealBubble } from '../simulate/bubble.ts'
import type { BlockProgress } from './events.ts'

/** Steps after which every cell is compared with serial, before it is timed. */
export const VERIFIED_STEPS = 3
/** A run with fewer is a look: less than six values have no distribution-free 95 % interval of their median. */
export const FEWEST_SESSIONS = 6
/** Blocks: the fewest, how many the budget is divided into, and an end where cells are fast. */
const BLOCKS = { fewest: FEWEST_SESSIONS, planned: 9, most: 60 }
/** Milliseconds of a visit's measured steps, within the budget. */
const VISIT_MS = { longest: 400, shortest: 20, quick: 25 }
/** A visit with warm-up and fresh weights / its measured steps. */
const VISIT_OVERHEAD = 1.4
/** Time to calibrate instructions, as a share of the visits' time. */
const CALIBRATION_SHARE = 0.1

/** How long a group is measured. */
export interface Effort {
  readonly seed: number
  /** Measured steps of a visit; undefined to fill its time. */
  readonly steps: number | undefined
  /** Blocks; undefined to go on until the speed-ups are precise or the budget is spent. */
  readonly blocks: number | undefined
  /** Half width of a speed-up's interval, as a share of it. */
  readonly precision: number
  /** Seconds. */
  readonly budget: number
  readonly quick: boolean
  readonly pin: boolean
}

/** The number of blocks that was asked for; else blocks until they are precise or the budget is spent. */
export function blocksOf({ blocks, quick, budget, precision }: Effort, cells: number) {
  const startMs = 1000 * (SESSION_S + CELL_S * cells)
  const share = (budget * 1000) / BLOCKS.planned - startMs
  const perCell = share / (1 + CALIBRATION_SHARE) / VISIT_OVERHEAD / cells
  const visitMs = quick ? VISIT_MS.quick : Math.min(VISIT_MS.longest, Math.max(VISIT_MS.shortest, perCell))
  return {
    visitMs,
    /** Each session may calibrate this long. */
    calibrationMs: CALIBRATION_SHARE * VISIT_OVERHEAD * visitMs * cells,
    fewest: blocks ?? BLOCKS.fewest,
    most: blocks ?? BLOCKS.most,
    /** Once there are enough blocks, none begins that would end later than this. */
    budgetSeconds: blocks === undefined ? budget : Infinity,
    /** Undefined where the number of blocks is fixed. */
    precision: blocks === undefined ? precision : undefined,
  }
}

export type Blocks = ReturnType<typeof blocksOf>

/** How a group gets on; times in milliseconds. */
export interface Pace {
  /** When the first session had verified; the budget counts from then on. */
  begun: number
  /** The longest session. */
  longestMs: number
  /** Blocks that an earlier part of the run has measured. */
  readonly known: number
}

/** Whether another session would end after the budget. */
export const isOverBudget = ({ budgetSeconds }: Blocks, { begun, longestMs }: Pace): boolean =>
  performance.now() - begun + longestMs > budgetSeconds * 1000

/** @param cells of a block */
export function progressOf(
  { budgetSeconds, fewest, most }: Blocks,
  { begun, known }: Pace,
  finished: number,
  done: number,
  cells: number,
): BlockProgress {
  const elapsedMs = performance.now() - begun
  const [own, all] = [(finished - known) * cells + done, (most - known) * cells]
  const leftMs =
    budgetSeconds === Infinity
      ? (elapsedMs / own) * Math.max(0, all - own)
      : Math.max(0, budgetSeconds * 1000 - elapsedMs)
  return { done, cells, fewest, leftMs, atMost: budgetSeconds !== Infinity }
}

/** 1, and the thread counts of the cells, at most the cores. */
export function countsTogether(cells: readonly Cell[], cores: number): number[] {
  const counts = cells.map(({ plan }) => Math.min(plan.programs.length, cores))
  return [...new Set([1, ...counts])].sort((a, b) => a - b)
}

/** A step's flop at the speed of one kernel per core, and what the plan leaves idle: no overhead of any kind. */
export function expectedStepNs({ plan }: Cell, gflops: number, cores: number): number {
  const busy = plan.programs.length * (1 - idealBubble(plan))
  return stepFlop(plan.model, plan.batch) / (gflops * Math.min(busy, cores))
}

/**
 * Seconds: a session starts and ends; in it, each cell is verified, calibrated, and has its weights compared; limits are
 * measured for each count.
 */
const SESSION_S = 0.4
const CELL_S = 0.14
const LIMITS_S = 0.5
/** Where steps are long, verifying and calibrating a cell takes these, and a visit with its warm-up these. */
const LONG_STEPS = { before: 25, visit: 15 }

/** How long a group should take, from how fast the kernel is. */
export function expectedSeconds(cells: readonly Cell[], effort: Effort, gflops: number, cores: number): number {
  const { visitMs, fewest, most, budgetSeconds } = blocksOf(effort, cells.length)
  const visit = (step: number) =>
    effort.steps === undefined ? Math.max(visitMs / 1000, LONG_STEPS.visit * step) : effort.steps * step
  const session = cells.reduce((seconds, cell) => {
    const step = expectedStepNs(cell, gflops, cores) / 1e9
    return seconds + CELL_S + LONG_STEPS.before * step + (1 + CALIBRATION_SHARE) * VISIT_OVERHEAD * visit(step)
  }, SESSION_S)
  const limits = LIMITS_S * countsTogether(cells, cores).length
  return limits + (budgetSeconds === Infinity ? most * session : Math.max(SESSION_S + budgetSeconds, fewest * session))
}
