import type { Instruction, Plan } from '../plan/plan.ts'
import { handoffsOf } from '../plan/read/handoffs.ts'
import { walk } from '../plan/read/walk.ts'
import type { HandoffCosts } from './handoff.ts'

export interface Simulation {
  /** When the last rank ends; with free handoffs, the critical path of the plan. */
  readonly duration: number
  /** Per rank, how much of that time it neither works nor reads what others have written. */
  readonly idle: readonly number[]
  /** Time spent on reading what others have written, summed over the ranks. */
  readonly reading: number
}

/** The time of an instruction, in any unit. */
export type Cost = (instruction: Instruction, rank: number, index: number) => number

/** Called for each instruction, rank by rank in order, with its begin and end; its waits are part of it. */
export type Seen = (rank: number, index: number, from: number, to: number) => void

/**
 * Simulates a step whose instructions take what `cost` says and whose handoffs take what `handoff` says, or nothing if it
 * is left out. The plan is the one that threads execute, so ranks wait here for data, free slots and barriers as they do
 * there. It is a discrete-event simulation that needs no event queue: each counter has one publisher, so the ranks may be
 * walked in any order, and an await ends a latency after the begin of the publish that it waits for.
 */
export function simulate(plan: Plan, cost: Cost, seen: Seen = () => {}, handoff?: HandoffCosts): Simulation {
  const { programs, counters } = plan
  const now = programs.map(() => 0)
  const begun = programs.map(() => 0)
  const busy = programs.map(() => 0)
  const inBarrier = programs.map(() => false)
  const published: number[][] = counters.map(() => [])
  const handoffs = handoff ? handoffsOf(plan) : undefined
  let reading = 0
  walk(plan, {
    instruction(rank, index, instruction) {
      if (index > 0) seen(rank, index - 1, begun[rank], now[rank])
      begun[rank] = now[rank]
      inBarrier[rank] = instruction.op === 'barrier'
      let time = cost(instruction, rank, index)
      handoffs?.(rank, index, (from, bytes) => {
        const taken = handoff!.read(bytes, from, rank, index)
        time += taken
        reading += taken
      })
      now[rank] += time
      busy[rank] += time
    },
    published(rank, counter) {
      // Others may go on before the publisher does.
      published[counter].push(inBarrier[rank] ? now[rank] : begun[rank])
    },
    awaited(rank, counter, count) {
      const at = published[counter][count - 1]
      const { publisher } = counters[counter]
      const latency = inBarrier[rank] ? handoff?.round : handoff?.signal
      const waited = Math.max(0, at - now[rank])
      now[rank] = Math.max(now[rank], at + (latency?.(publisher, rank, waited) ?? 0))
    },
  })
  let duration = 0
  programs.forEach((program, rank) => {
    seen(rank, program.length - 1, begun[rank], now[rank])
    duration = Math.max(duration, now[rank])
  })
  return { duration, idle: busy.map((time) => duration - time), reading }
}
