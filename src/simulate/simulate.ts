import type { Instruction, Plan } from '../plan/plan.ts'
import { transfersOf } from '../plan/read/transfers.ts'
import { walk } from '../plan/read/walk.ts'
import type { Handing } from './handing.ts'

export interface Simulation {
  /** When the last rank ends; with free handoffs, the critical path of the plan. */
  readonly duration: number
  /** Per rank, how much of that time it neither works nor reads what others have written. */
  readonly idle: readonly number[]
  /** Over all ranks, what reading what others have written takes. */
  readonly transfer: number
}

/** What an instruction takes, in any unit. */
export type Cost = (instruction: Instruction, rank: number, index: number) => number

/** Told of each instruction, rank by rank in order: from when to when it lasts, waits included. */
export type Seen = (rank: number, index: number, from: number, to: number) => void

/**
 * How long a step takes if each instruction takes what `cost` says and handing over what `handing` says, nothing if it is
 * left out. The plan is the one that threads execute: what waits in it for data, for a free slot or for everyone waits
 * here. It is a discrete-event simulation whose events need no queue: counters have one publisher each, so that the walk
 * may go through the ranks in any order, and a rank that awaits a counter goes on at the time of the publish that it has
 * waited for, and the latency later.
 */
export function simulate(plan: Plan, cost: Cost, seen: Seen = () => {}, handing?: Handing): Simulation {
  const { programs, counters } = plan
  const now = programs.map(() => 0)
  const begun = programs.map(() => 0)
  const busy = programs.map(() => 0)
  const inBarrier = programs.map(() => false)
  const published: number[][] = counters.map(() => [])
  const transfers = handing ? transfersOf(plan) : undefined
  let transfer = 0
  walk(plan, {
    instruction(rank, index, instruction) {
      if (index > 0) seen(rank, index - 1, begun[rank], now[rank])
      begun[rank] = now[rank]
      inBarrier[rank] = instruction.op === 'barrier'
      let time = cost(instruction, rank, index)
      transfers?.(rank, index, (from, bytes) => {
        const taken = handing!.transfer(bytes, from, rank)
        time += taken
        transfer += taken
      })
      now[rank] += time
      busy[rank] += time
    },
    published(rank, counter) {
      published[counter].push(now[rank])
    },
    awaited(rank, counter, count) {
      const told = published[counter][count - 1]
      const { publisher } = counters[counter]
      const latency = inBarrier[rank] ? handing?.round : handing?.signal
      const waited = Math.max(0, told - now[rank])
      now[rank] = Math.max(now[rank], told + (latency?.(publisher, rank, waited) ?? 0))
    },
  })
  let duration = 0
  programs.forEach((program, rank) => {
    seen(rank, program.length - 1, begun[rank], now[rank])
    duration = Math.max(duration, now[rank])
  })
  return { duration, idle: busy.map((time) => duration - time), transfer }
}
