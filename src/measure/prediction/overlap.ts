import { isSignal } from '../../plan/effects.ts'
import type { Plan } from '../../plan/plan.ts'
import type { HandoffCosts } from '../../simulate/handoff.ts'
import { simulate, type Cost } from '../../simulate/simulate.ts'

/**
 * The share of the other ranks that compute while a rank computes, on average over the ranks' work: 1 if all compute all
 * the time, 0 if they take turns or there is only one.
 */
export function overlapOf(plan: Plan, cost: Cost, handoff: HandoffCosts): number {
  const ranks = plan.programs.length
  if (ranks === 1) return 0
  const changes: { at: number; by: number }[] = []
  simulate(
    plan,
    cost,
    (rank, index, from, to) => {
      if (!isSignal(plan.programs[rank][index]) && to > from) {
        changes.push({ at: from, by: 1 }, { at: to, by: -1 })
      }
    },
    handoff,
  )
  changes.sort((a, b) => a.at - b.at)
  let active = 0
  let last = 0
  let alone = 0
  let others = 0
  for (const { at, by } of changes) {
    alone += active * (at - last)
    others += active * (active - 1) * (at - last)
    active += by
    last = at
  }
  return alone === 0 ? 0 : others / (alone * (ranks - 1))
}
