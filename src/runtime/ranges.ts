import { isSignal } from '../plan/effects.ts'
import type { Plan } from '../plan/plan.ts'
import { walk } from '../plan/read/walk.ts'

/** Instructions of one rank between two waits, and what must be over before they may begin. */
export interface Range {
  readonly rank: number
  /** The first instruction, and the one after the last. */
  readonly from: number
  readonly to: number
  /** Numbers of the ranges that must be over. */
  readonly after: readonly number[]
  /** Gradients are added on the main thread, which joins the tasks. */
  readonly onMain: boolean
}

/**
 * Cuts a plan into ranges that do not wait in the middle, in an order in which they may run. A range that awaits a counter
 * starts after the range that publishes it; likewise at barriers.
 */
export function rangesOf(plan: Plan): Range[] {
  const ranges: { rank: number; from: number; to: number; after: Set<number>; onMain: boolean }[] = []
  /** Per rank: its latest range, whether that may grow, and the ranges that it has awaited since. */
  const current = plan.programs.map(() => ({ range: -1, open: false, awaited: new Set<number>() }))
  /** Per counter and publish: the ranges before it. */
  const published: Set<number>[][] = plan.counters.map(() => [])
  walk(plan, {
    instruction(rank, index, instruction) {
      const at = current[rank]
      if (isSignal(instruction)) {
        at.open = false
        return
      }
      const onMain = instruction.op === 'reduce'
      if (at.open && ranges[at.range].onMain === onMain) {
        ranges[at.range].to = index + 1
        return
      }
      const after = new Set(at.awaited)
      if (at.range >= 0) after.add(at.range)
      at.range = ranges.push({ rank, from: index, to: index + 1, after, onMain }) - 1
      at.open = true
      at.awaited.clear()
    },
    published(rank, counter) {
      const { range, awaited } = current[rank]
      published[counter].push(new Set(range < 0 ? awaited : [range, ...awaited]))
    },
    awaited(rank, counter, count) {
      for (const range of published[counter][count - 1]) current[rank].awaited.add(range)
    },
  })
  return ranges.map((range) => ({ ...range, after: [...range.after] }))
}
