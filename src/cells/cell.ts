import type { Hyperparameters } from '../kernels/kernel.ts'
import { checkPlan } from '../plan/check/check.ts'
import { gridOf, planMode, type Mode, type Setting } from '../plan/modes.ts'
import type { Plan } from '../plan/plan.ts'

/**
 * How a rank's program comes to its thread: as one task for many steps, or, the naive use of a pool, as a task for every
 * range of it between two waits, joined on the main thread.
 */
export const DISPATCHES = ['resident', 'task'] as const
export type Dispatch = (typeof DISPATCHES)[number]

/** What a rank does while it waits: look again and again, sleep until it is woken, or the one and then the other. */
export const WAITS = ['spin-then-wait', 'spin', 'wait'] as const
export type Wait = (typeof WAITS)[number]

/** How a plan is run. */
export interface Execution {
  readonly dispatch: Dispatch
  readonly wait: Wait
}

export const EXECUTION: Execution = { dispatch: 'resident', wait: 'spin-then-wait' }

/** One configuration to measure: a mode with everything that it leaves open decided, its plan, and how that is run. */
export interface Cell extends Execution {
  /** Unique within a run. */
  readonly name: string
  readonly mode: Mode
  readonly setting: Setting
  readonly dp: number
  readonly pp: number
  readonly tp: number
  readonly plan: Plan
  readonly hyper: Hyperparameters
}

/** How the name of the cell begins that is serial once more: what the two differ by is noise. */
const SERIAL_AGAIN = 'serial-again'

export const isAgain = (name: string): boolean => name.startsWith(SERIAL_AGAIN)

export const againOf = (serial: Cell): Cell => ({
  ...serial,
  name: `${SERIAL_AGAIN}-${serial.setting.threads}`,
})

/** @throws PlanError if the mode is not possible in this setting */
export function createCell(
  mode: Mode,
  setting: Setting,
  hyper: Hyperparameters,
  execution: Execution = EXECUTION,
): Cell {
  const { dp, pp, tp } = gridOf(mode, setting)
  const plan = planMode(mode, setting)
  checkPlan(plan)
  return { name: cellName(mode, setting, execution), mode, setting, dp, pp, tp, plan, hyper, ...execution }
}

/** Modes whose batch passes in microbatches through a pipeline, in the order of a schedule. */
export const isPipelined = (mode: Mode, { shape }: Setting): boolean =>
  mode === 'pipeline' || (mode === 'hybrid' && (shape?.pp ?? 1) > 1)

/** Modes whose replicas combine their gradients. */
export const isReplicated = (mode: Mode, { shape }: Setting): boolean =>
  mode === 'data' || (mode === 'hybrid' && (shape?.dp ?? 1) > 1)

/** What the order of work of a pipeline is called. */
export const scheduleOf = ({ table, schedule }: Setting): string => (table ? 'file' : schedule)

/** Unique among the cells of one model and batch. */
export function cellName(mode: Mode, setting: Setting, { dispatch, wait }: Execution): string {
  const { threads, shape, reduction, handoff } = setting
  const parts: string[] = [mode]
  if (mode === 'hybrid' && shape) parts.push(`${shape.dp}x${shape.pp}x${shape.tp}`)
  if (isPipelined(mode, setting)) parts.push(scheduleOf(setting))
  if (isReplicated(mode, setting)) parts.push(reduction)
  if (handoff !== 'shared') parts.push(handoff)
  if (dispatch !== EXECUTION.dispatch) parts.push(dispatch)
  if (wait !== EXECUTION.wait) parts.push(wait)
  return [...parts, threads].join('-')
}
