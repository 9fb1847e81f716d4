import type { Hyperparameters } from '../kernels/kernel.ts'
import { checkPlan } from '../plan/check/check.ts'
import { gridOf, planMode, type Mode, type Setting } from '../plan/modes.ts'
import type { Plan } from '../plan/plan.ts'

/** One configuration to measure: a mode with everything that it leaves open decided, and its plan. */
export interface Cell {
  /** Unique within a run. */
  readonly name: string
  readonly mode: Mode
  readonly setting: Setting
  readonly dp: number
  readonly pp: number
  readonly plan: Plan
  readonly hyper: Hyperparameters
}

/** @throws PlanError if the mode is not possible in this setting */
export function createCell(mode: Mode, setting: Setting, hyper: Hyperparameters): Cell {
  const { dp, pp } = gridOf(mode, setting)
  const plan = planMode(mode, setting)
  checkPlan(plan)
  return { name: cellName(mode, setting), mode, setting, dp, pp, plan, hyper }
}

function cellName(mode: Mode, { threads, schedule, reduction }: Setting): string {
  if (mode === 'pipeline') return `pipeline-${schedule}-${threads}`
  if (mode === 'data') return `data-${reduction}-${threads}`
  return `${mode}-${threads}`
}
