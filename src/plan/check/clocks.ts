import { PlanError, type Instruction, type Plan } from '../plan.ts'
import { walk } from '../read/walk.ts'

/**
 * Vector clocks (Mattern 1989): `clock[r]` is how many instructions of rank r are known to have happened. An
 * instruction has happened before another exactly if the other's clock has counted it.
 */
export type Clock = Int32Array

/** One instruction of one rank, by its place in the count of that rank's clock. */
export interface Event {
  readonly rank: number
  readonly time: number
}

export const happenedBefore = (event: Event, clock: Clock): boolean => clock[event.rank] >= event.time

/**
 * Walks through a plan and shows each instruction with the clock of its rank at that moment.
 *
 * @throws PlanError if a rank can never go on, or if the last barrier leaves some rank behind
 */
export function walkWithClocks(
  plan: Plan,
  visit: (rank: number, index: number, instruction: Instruction, clock: Clock) => void,
): void {
  const clocks: Clock[] = plan.programs.map(() => new Int32Array(plan.programs.length))
  /** Per counter, the publisher's clock at each publish. */
  const published: Clock[][] = plan.counters.map(() => [])
  walk(plan, {
    instruction(rank, index, instruction) {
      clocks[rank][rank]++
      visit(rank, index, instruction, clocks[rank])
    },
    published(rank, counter) {
      published[counter].push(clocks[rank].slice())
    },
    awaited(rank, counter, count) {
      published[counter][count - 1].forEach((time, r) => {
        if (time > clocks[rank][r]) clocks[rank][r] = time
      })
    },
  })

  // Only if everyone knows of everything may the next step begin with fresh counters.
  plan.programs.forEach((program, rank) => {
    if (program.at(-1)?.op !== 'barrier')
      throw new PlanError(`the program of rank ${rank} does not end in a barrier`)
    plan.programs.forEach((other, r) => {
      if (clocks[rank][r] < other.length) {
        throw new PlanError(`rank ${rank} can end the step before rank ${r} has come to its last instruction`)
      }
    })
  })
}
