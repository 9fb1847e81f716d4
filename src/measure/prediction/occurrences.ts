import { createHash } from 'node:crypto'
import type { Plan } from '../../plan/plan.ts'
import { footprintBytes } from '../../runtime/footprint.ts'
import { shapeOf, type Shape } from '../../simulate/shape.ts'
import { groupBy } from '../statistics.ts'

/** Instructions with equal keys take the same time: they stand in equal programs, and find the caches alike. */
export interface Key {
  /** Tells shape, footprint and program. */
  readonly name: string
  readonly shape: Shape
  /** How much the rank touches in a step, a power of two: it decides which cache holds the operands. */
  readonly footprintKib: number
}

/** All instructions with a key in a rank's program. */
export interface Occurrences {
  readonly key: Key
  readonly indices: readonly number[]
}

/** They tell the programs of a run apart. */
const DIGITS = 6

/** The key of each instruction of a rank's program; undefined if it takes no time of its own. */
export function keysOf(plan: Plan, rank: number): (Key | undefined)[] {
  const footprintKib = 2 ** Math.round(Math.log2(Math.max(1, footprintBytes(plan, rank) / 1024)))
  const shapes = plan.programs[rank].map((_, index) => shapeOf(plan, rank, index))
  const program = createHash('sha256')
    .update(shapes.map((shape) => shape?.name).join())
    .digest('hex')
    .slice(0, DIGITS)
  return shapes.map(
    (shape) => shape && { name: `${shape.name} of ${footprintKib} KiB in ${program}`, shape, footprintKib },
  )
}

/** The instructions of each key of a rank's program. */
export function occurrencesOf(plan: Plan, rank: number): Occurrences[] {
  const all = keysOf(plan, rank).flatMap((key, index) => (key ? [{ key, index }] : []))
  return [...groupBy(all, ({ key }) => key.name).values()].map((alike) => ({
    key: alike[0].key,
    indices: alike.map(({ index }) => index),
  }))
}
