import { PlanError, type Instruction, type Plan } from '../plan.ts'
import { walk } from '../read/walk.ts'

/**
 * A vector clock (Mattern 1989): `clock[r]` is the number of instructions of rank r known to have happened. An instruction
 * happened before another exactly if the other's clock counts it.
 */
export type Clock = Int32Array

/** One instruction of one rank, by its number in that rank's clock. */
export interface Event {
  readonly rank: number
  readonly time: number
}

export const happenedBefore = (event: Event, clock: Clock): boolean => clock[event.rank] >= event.time

/**
 * Walks through a plan and visits each instruction with the clock of its rank at that moment.
 *
 * @throws PlanError if a rank waits for ever, or can end the step before another has reached its last instruction
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

  // The next step begins with fresh counters, so every rank must know that all instructions have happened.
  plan.programs.forEach((program, rank) => {
    if (program.at(-1)?.op !== 'barrier') throw new PlanError(`the program of rank ${rank} does not end in a barrier`)
    plan.programs.forEach((other, r) => {
      if (clocks[rank][r] < other.length) {
        throw new PlanError(`rank ${rank} can end the step before rank ${r} has come to its last instruction`)
      }
    })
  })
}
