import type { Plan } from '../plan/plan.ts'
import type { HandoffCosts } from './handoff.ts'
import { simulate, type Cost } from './simulate.ts'

/** How all ranks' time in a step divides; efficiency, moreWork, waiting and handoff sum to 1. */
export interface Outlook {
  readonly step: number
  readonly speedup: number
  /** The share of serial's work: speed-up / ranks. */
  readonly efficiency: number
  /** Work beyond serial's, such as reductions or less efficient small products; negative if there is less. */
  readonly moreWork: number
  /** Waiting if handoffs were free: what the plan itself leaves idle. */
  readonly waiting: number
  /** Added by handoffs: reading what others have written, and longer waits for it. */
  readonly handoff: number
  /** All waiting. */
  readonly bubble: number
}

/** @param serialStep the duration of serial's step, in the unit of the costs */
export function outlookOf(plan: Plan, cost: Cost, handoff: HandoffCosts, serialStep: number): Outlook {
  const ranks = plan.programs.length
  const free = simulate(plan, cost)
  const { duration, idle } = simulate(plan, cost, undefined, handoff)
  const all = ranks * duration
  const work = ranks * free.duration - sum(free.idle)
  return {
    step: duration,
    speedup: serialStep / duration,
    efficiency: serialStep / all,
    moreWork: (work - serialStep) / all,
    waiting: sum(free.idle) / all,
    handoff: (duration - free.duration) / duration,
    bubble: sum(idle) / all,
  }
}

const sum = (times: readonly number[]): number => times.reduce((total, time) => total + time, 0)
