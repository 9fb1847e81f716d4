import type { Instruction, Plan } from '../plan/plan.ts'
import { walk } from '../plan/walk.ts'

export interface Simulation {
  /** When the last rank ends: the critical path of the plan. */
  readonly duration: number
  /** Per rank, how much of that time it does not work. */
  readonly idle: readonly number[]
}

/** What an instruction takes, in any unit. */
export type Cost = (instruction: Instruction, rank: number, index: number) => number

/**
 * How long a plan takes if each instruction takes what `cost` says, and signals take nothing. The walk decides no times: a
 * rank that awaits a counter goes on at the time of the publish that it has waited for. `seen` is told of each
 * instruction, from when to when it lasts.
 */
export function simulate(
  plan: Plan,
  cost: Cost,
  seen: (rank: number, index: number, from: number, to: number) => void = () => {},
): Simulation {
  const now = plan.programs.map(() => 0)
  const busy = plan.programs.map(() => 0)
  const published: number[][] = plan.counters.map(() => [])
  walk(plan, {
    instruction(rank, index, instruction) {
      const time = cost(instruction, rank, index)
      seen(rank, index, now[rank], now[rank] + time)
      now[rank] += time
      busy[rank] += time
    },
    published(rank, counter) {
      published[counter].push(now[rank])
    },
    awaited(rank, counter, count) {
      now[rank] = Math.max(now[rank], published[counter][count - 1])
    },
  })
  const duration = Math.max(...now)
  return { duration, idle: busy.map((time) => duration - time) }
}
