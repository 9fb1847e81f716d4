import type { Hyperparameters } from '../kernels/kernel.ts'
import type { Grid } from '../plan/grid.ts'
import type { Mode } from '../plan/modes.ts'
import type { Plan } from '../plan/plan.ts'

/**
 * How a rank's program reaches its thread: `resident` as one task for many steps; `task`, the naive use of a pool, as a
 * task for each range of instructions between two waits, joined on the main thread.
 */
export const DISPATCHES = ['resident', 'task'] as const
export type Dispatch = (typeof DISPATCHES)[number]

/** How a rank waits: it reads the counter again and again, sleeps until it is woken, or spins first and then sleeps. */
export const WAITS = ['spin-then-wait', 'spin', 'wait'] as const
export type Wait = (typeof WAITS)[number]

/** How a plan is run. */
export interface Execution {
  readonly dispatch: Dispatch
  readonly wait: Wait
}

export const EXECUTION: Execution = { dispatch: 'resident', wait: 'spin-then-wait' }

/** What tells cells apart that do the same work. */
export interface Strategy extends Execution {
  readonly mode: Mode
  readonly grid: Grid
}

/** One configuration to measure: a strategy, its plan, and the numbers that its optimizer needs. */
export interface Cell extends Strategy {
  /** Unique within a group. */
  readonly name: string
  /** What cells have in common that differ in the number of threads alone. */
  readonly family: string
  /** Serial measured a second time, as if it were another cell (the A/A test). */
  readonly again: boolean
  readonly plan: Plan
  readonly hyper: Hyperparameters
}

/** The name of the cell that is serial a second time. */
export const SERIAL_AGAIN = 'serial-again-1'

export const isAgain = (name: string): boolean => name === SERIAL_AGAIN
