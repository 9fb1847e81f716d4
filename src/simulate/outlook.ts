import type { Plan } from '../plan/plan.ts'
import type { Handing } from './handing.ts'
import { simulate, type Cost } from './simulate.ts'

/** What becomes of all ranks' time in a step; the four shares sum to 1. */
export interface Outlook {
  readonly step: number
  readonly speedup: number
  /** The share that serial's work takes: speed-up / ranks. */
  readonly efficiency: number
  /** Work that serial does not have, or does faster, as reductions or smaller products; negative if there is less. */
  readonly moreWork: number
  /** Waiting if handing over were free: what the plan itself leaves idle. */
  readonly waiting: number
  /** What handing over adds: to read what others have written, and to wait for it longer. */
  readonly handingOver: number
  /** Waiting of both kinds. */
  readonly bubble: number
}

/** How a plan would do, against a serial step of so long. */
export function outlookOf(plan: Plan, cost: Cost, handing: Handing, serialStep: number): Outlook {
  const ranks = plan.programs.length
  const free = simulate(plan, cost)
  const { duration, idle } = simulate(plan, cost, undefined, handing)
  const all = ranks * duration
  const work = ranks * free.duration - sum(free.idle)
  return {
    step: duration,
    speedup: serialStep / duration,
    efficiency: serialStep / all,
    moreWork: (work - serialStep) / all,
    waiting: sum(free.idle) / all,
    handingOver: (duration - free.duration) / duration,
    bubble: sum(idle) / all,
  }
}

const sum = (times: readonly number[]): number => times.reduce((total, time) => total + time, 0)
