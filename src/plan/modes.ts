import { planGrid } from './build/programs.ts'
import { impossible, type Grid } from './grid.ts'
import type { Plan } from './plan.ts'

export const MODES = ['serial', 'data', 'layer', 'pipeline', 'tensor', 'hybrid'] as const
export type Mode = (typeof MODES)[number]

/** Degrees of data, pipeline and tensor parallelism. */
export interface Shape {
  readonly dp: number
  readonly pp: number
  readonly tp: number
}

/** What a named mode leaves open. */
export interface Setting extends Omit<Grid, keyof Shape> {
  readonly threads: number
  /** Of `hybrid`: its product is the number of threads. */
  readonly shape?: Shape
}

/** The whole batch at once, in the only order that there is then. */
const UNDIVIDED = { microbatches: 1, schedule: 'gpipe', chunks: 1, table: undefined } as const

/** A mode is a family of points of the grid. Adding one is adding a line here, or a dimension to the grid. */
const grids: Readonly<Record<Mode, (setting: Setting) => Grid>> = {
  /** The reference: one rank, the whole batch at once. */
  serial: (setting) => ({ ...setting, ...UNDIVIDED, dp: 1, pp: 1, tp: 1 }),
  /** Each rank runs the whole model on its share of the batch; the gradients are combined, or never split. */
  data: (setting) => ({ ...setting, ...UNDIVIDED, dp: setting.threads, pp: 1, tp: 1 }),
  /** Each rank holds some layers; the whole batch passes through them in turn. */
  layer: (setting) => ({ ...setting, ...UNDIVIDED, dp: 1, pp: setting.threads, tp: 1 }),
  /** The same, in microbatches, so that the stages work at the same time. */
  pipeline: (setting) => ({ ...setting, dp: 1, pp: setting.threads, tp: 1 }),
  /** Each rank computes some columns of every layer, for the whole batch. */
  tensor: (setting) => ({ ...setting, ...UNDIVIDED, dp: 1, pp: 1, tp: setting.threads }),
  /** Any product of the three. */
  hybrid: (setting) => {
    const shape = setting.shape ?? { dp: 1, pp: 1, tp: 1 }
    return shape.pp > 1 ? { ...setting, ...shape } : { ...setting, ...UNDIVIDED, ...shape }
  },
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

/** All ways to write a number of threads as a product of three degrees. */
export function factorisations(threads: number): Shape[] {
  const divisors = Array.from({ length: threads }, (_, i) => i + 1).filter((n) => threads % n === 0)
  return divisors.flatMap((dp) =>
    divisors.filter((pp) => (threads / dp) % pp === 0).map((pp) => ({ dp, pp, tp: threads / dp / pp })),
  )
}
