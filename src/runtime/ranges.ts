import { isSignal } from '../plan/effects.ts'
import type { Plan } from '../plan/plan.ts'
import { walk } from '../plan/read/walk.ts'

/** A run of instructions of one rank between two waits, and what must be over before it may begin. */
export interface Range {
  readonly rank: number
  /** The first instruction, and the one behind the last. */
  readonly from: number
  readonly to: number
  /** Numbers of ranges. */
  readonly after: readonly number[]
  /** Gradients are added on the main thread, where the tasks are joined. */
  readonly onMain: boolean
}

/**
 * Cuts a plan into ranges that need not wait in the middle, in an order in which they may run. Who would await a counter
 * begins after the range that precedes the publish, as does, behind a barrier, whoever would leave it.
 */
export function rangesOf(plan: Plan): Range[] {
  const ranges: { rank: number; from: number; to: number; after: Set<number>; onMain: boolean }[] = []
  /** Per rank, the range that it is in or has come from, and whether that may go on. */
  const current = plan.programs.map(() => ({ range: -1, open: false, heard: new Set<number>() }))
  /** Per counter and publish, what has happened before it. */
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
      const after = new Set(at.heard)
      if (at.range >= 0) after.add(at.range)
      at.range = ranges.push({ rank, from: index, to: index + 1, after, onMain }) - 1
      at.open = true
      at.heard.clear()
    },
    published(rank, counter) {
      const { range, heard } = current[rank]
      published[counter].push(new Set(range < 0 ? heard : [range, ...heard]))
    },
    awaited(rank, counter, count) {
      for (const range of published[counter][count - 1]) current[rank].heard.add(range)
    },
  })
  return ranges.map((range) => ({ ...range, after: [...range.after] }))
}
