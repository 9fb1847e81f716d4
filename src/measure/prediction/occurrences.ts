import type { Plan } from '../../plan/plan.ts'
import { footprintBytes } from '../../runtime/footprint.ts'
import { shapeOf, type Shape } from '../../simulate/shape.ts'
import { groupBy } from '../statistics.ts'

/** Instructions with equal keys take the same time. */
export interface Key {
  /** Tells shape and footprint. */
  readonly name: string
  readonly shape: Shape
  /** How much the rank touches in a step, a power of two: it decides which cache holds the operands. */
  readonly footprintKib: number
}

/** An instruction that stands for all with its key in a rank's program. */
export interface Occurrence {
  readonly key: Key
  readonly index: number
}

/** The key of each instruction of a rank's program; undefined if it takes no time of its own. */
export function keysOf(plan: Plan, rank: number): (Key | undefined)[] {
  const footprintKib = 2 ** Math.round(Math.log2(Math.max(1, footprintBytes(plan, rank) / 1024)))
  return plan.programs[rank].map((_, index) => {
    const shape = shapeOf(plan, rank, index)
    return shape && { name: `${shape.name} of ${footprintKib} KiB`, shape, footprintKib }
  })
}

/** One instruction for each key of a rank's program: the middle one of its occurrences. */
export function occurrencesOf(plan: Plan, rank: number): Occurrence[] {
  const all = keysOf(plan, rank).flatMap((key, index) => (key ? [{ key, index }] : []))
  return [...groupBy(all, ({ key }) => key.name).values()].map((alike) => alike[Math.floor(alike.length / 2)])
}
