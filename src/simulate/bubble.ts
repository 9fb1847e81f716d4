import type { Plan } from '../plan/plan.ts'
import { flopOf } from '../plan/read/work.ts'
import { simulate } from './simulate.ts'

/**
 * The share of all ranks' time that the plan itself leaves idle: its bubble if time were proportional to flop and
 * handoffs were free. For p equal stages and m microbatches it is (p − 1)/(m + p − 1) under GPipe and 1F1B.
 */
export function idealBubble(plan: Plan): number {
  const { duration, idle } = simulate(plan, (instruction) => flopOf(plan, instruction))
  return idle.reduce((sum, time) => sum + time, 0) / (idle.length * duration)
}
