import type { Plan } from '../plan/plan.ts'
import { shapeOf } from './shape.ts'
import type { Cost } from './simulate.ts'

/** Nanoseconds that the instructions of some shapes have taken. */
export type ShapeTimes = ReadonlyMap<string, number>

/** Nanoseconds of each instruction: of a shape that has been timed what it took, of another what `otherwise` says. */
export const costFromTimes =
  (plan: Plan, times: ShapeTimes, otherwise: Cost): Cost =>
  (instruction, rank, index) => {
    const shape = shapeOf(plan, rank, index)
    return (shape === undefined ? undefined : times.get(shape)) ?? otherwise(instruction, rank, index)
  }

/** How many of a plan's shapes have been timed, and how many there are. */
export function coverage(plan: Plan, times: ShapeTimes): { readonly timed: number; readonly all: number } {
  const shapes = new Set<string>()
  plan.programs.forEach((program, rank) => {
    program.forEach((_, index) => {
      const shape = shapeOf(plan, rank, index)
      if (shape !== undefined) shapes.add(shape)
    })
  })
  return { timed: [...shapes].filter((shape) => times.has(shape)).length, all: shapes.size }
}

/** The three products, with their sizes. */
const PRODUCT = /^(?:forward|backward-input|backward-weight) (\d+)x(\d+)x(\d+)/

/** GFLOP/s of all products that have been timed together; undefined if there are none. */
export function rateOf(times: ShapeTimes): number | undefined {
  let flop = 0
  let nanoseconds = 0
  for (const [shape, ns] of times) {
    const [, m, n, k] = PRODUCT.exec(shape) ?? []
    if (k === undefined) continue
    flop += 2 * Number(m) * Number(n) * Number(k)
    nanoseconds += ns
  }
  return nanoseconds > 0 ? flop / nanoseconds : undefined
}
