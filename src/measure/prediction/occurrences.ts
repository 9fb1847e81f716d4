import type { Plan } from '../../plan/plan.ts'
import { footprintBytes } from '../../runtime/footprint.ts'
import { shapeOf } from '../../simulate/shape.ts'

/** An instruction that stands for all of its shape in a rank's program. */
export interface Occurrence {
  /** The shape, and how much the rank touches in a step, which decides over the cache that operands are found in. */
  readonly key: string
  readonly index: number
}

/** A power of two: caches differ by more. */
const classOf = (bytes: number): number => 2 ** Math.round(Math.log2(Math.max(1, bytes / 1024)))

/** Per instruction of a rank's program, what its time is called; undefined for one that takes none of its own. */
export function keysOf(plan: Plan, rank: number): (string | undefined)[] {
  const kib = classOf(footprintBytes(plan, rank))
  return plan.programs[rank].map((_, index) => {
    const shape = shapeOf(plan, rank, index)
    return shape === undefined ? undefined : `${shape} of ${kib} KiB`
  })
}

/** One instruction of each shape in a rank's program; of several the middle one, which stands in the midst of the others. */
export function occurrencesOf(plan: Plan, rank: number): Occurrence[] {
  const indices = new Map<string, number[]>()
  keysOf(plan, rank).forEach((key, index) => {
    if (key === undefined) return
    const list = indices.get(key)
    if (list) list.push(index)
    else indices.set(key, [index])
  })
  return [...indices].map(([key, list]) => ({ key, index: list[Math.floor(list.length / 2)] }))
}
