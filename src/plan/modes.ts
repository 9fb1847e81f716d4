import { planGrid, impossible, type Grid } from './grid.ts'
import type { Plan } from './plan.ts'

export const MODES = ['serial', 'data', 'layer', 'pipeline'] as const
export type Mode = (typeof MODES)[number]

/** What a named mode leaves open. */
export interface Setting extends Omit<Grid, 'dp' | 'pp'> {
  readonly threads: number
}

/** A mode is a family of points of the grid. Adding one is adding a line here, or a dimension to the grid. */
const grids: Readonly<Record<Mode, (setting: Setting) => Grid>> = {
  /** The reference: one rank, the whole batch at once. */
  serial: (setting) => ({ ...setting, dp: 1, pp: 1, microbatches: 1 }),
  /** Each rank runs the whole model on its share of the batch; the gradients are combined. */
  data: (setting) => ({ ...setting, dp: setting.threads, pp: 1, microbatches: 1 }),
  /** Each rank holds some layers; the whole batch passes through them in turn. */
  layer: (setting) => ({ ...setting, dp: 1, pp: setting.threads, microbatches: 1 }),
  /** The same, in microbatches, so that the stages work at the same time. */
  pipeline: (setting) => ({ ...setting, dp: 1, pp: setting.threads }),
}

/** The grid that a mode stands for. */
export const gridOf = (mode: Mode, setting: Setting): Grid => grids[mode](setting)

/** Why a mode is not possible in a setting; undefined if it is. */
export function modeImpossible(mode: Mode, setting: Setting): string | undefined {
  if (mode === 'serial' && setting.threads !== 1) return `serial runs on 1 thread, not on ${setting.threads}`
  return impossible(gridOf(mode, setting))
}

/** @throws PlanError if the mode is not possible in this setting */
export const planMode = (mode: Mode, setting: Setting): Plan => planGrid(gridOf(mode, setting))
