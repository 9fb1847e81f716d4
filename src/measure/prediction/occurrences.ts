import type { Plan } from '../../plan/plan.ts'
import { footprintBytes } from '../../runtime/footprint.ts'
import { shapeOf, type Shape } from '../../simulate/shape.ts'

/** What one timing is about. */
export interface Key {
  /** Says shape and footprint; equal keys have equal names. */
  readonly name: string
  readonly shape: Shape
  /** How much the rank touches in a step, a power of two: it decides which cache operands are found in. */
  readonly footprintKib: number
}

/** An instruction that stands for all of its key in a rank's program. */
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
  const occurrences = new Map<string, Occurrence[]>()
  keysOf(plan, rank).forEach((key, index) => {
    if (!key) return
    const list = occurrences.get(key.name)
    if (list) list.push({ key, index })
    else occurrences.set(key.name, [{ key, index }])
  })
  return [...occurrences.values()].map((list) => list[Math.floor(list.length / 2)])
}
