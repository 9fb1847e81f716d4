import type { Plan } from '../plan/plan.ts'
import { shapeOf } from './shape.ts'
import type { Cost } from './simulate.ts'

export interface ShapeTime {
  readonly ns: number
  /** 0 if it is no product; undefined if the calibration does not say. */
  readonly flop: number | undefined
}

/** The times of some shapes, by name. */
export type ShapeTimes = ReadonlyMap<string, ShapeTime>

/** Nanoseconds of each instruction: its measured time if its shape has been timed, else what `otherwise` says. */
export const costFromTimes =
  (plan: Plan, times: ShapeTimes, otherwise: Cost): Cost =>
  (instruction, rank, index) => {
    const shape = shapeOf(plan, rank, index)
    return (shape && times.get(shape.name)?.ns) ?? otherwise(instruction, rank, index)
  }

/** How many of a plan's shapes have been timed, and how many there are. */
export function coverage(plan: Plan, times: ShapeTimes): { readonly timed: number; readonly all: number } {
  const named = (rank: number, index: number) => shapeOf(plan, rank, index)?.name ?? []
  const all = new Set(plan.programs.flatMap((program, rank) => program.flatMap((_, index) => named(rank, index))))
  return { timed: [...all].filter((name) => times.has(name)).length, all: all.size }
}

/** GFLOP/s of all products that have been timed together; undefined if there are none. */
export function rateOf(times: ShapeTimes): number | undefined {
  let [flop, ns] = [0, 0]
  for (const time of times.values()) {
    flop += time.flop ?? 0
    if (time.flop) ns += time.ns
  }
  return ns > 0 ? flop / ns : undefined
}
