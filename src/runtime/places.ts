import { isSignal } from '../plan/effects.ts'
import type { Plan } from '../plan/plan.ts'
import { INSTRUCTION, lineOf, STEP, type Control } from './control.ts'
import { listed } from './pool.ts'

export type Places = ReturnType<typeof placesOf>

/**
 * Tells people where ranks are, from their lines.
 *
 * @param plan what the ranks run; undefined where they measure limits
 */
export function placesOf(control: Control, ranks: number, plan: Plan | undefined) {
  const stepOf = (rank: number) => lineOf(control, rank)[STEP]
  const indexOf = (rank: number) => Math.max(0, lineOf(control, rank)[INSTRUCTION])
  const waits = (rank: number) => plan !== undefined && isSignal(plan.programs[rank][indexOf(rank)])
  const all = Array.from({ length: ranks }, (_, rank) => rank)

  const place = (rank: number): string => {
    if (!plan) return 'while limits are measured'
    if (stepOf(rank) < 0) return 'outside of the steps'
    const instruction = plan.programs[rank][indexOf(rank)]
    const layer = 'layer' in instruction ? ` of layer ${instruction.layer}` : ''
    return `step ${stepOf(rank)}, instruction ${indexOf(rank)} (${instruction.op}${layer})`
  }
  return {
    /** What has failed and where; `rank` is undefined if its thread had not taken the order. */
    failed: (rank: number | undefined): string =>
      rank === undefined ? `rank ? of ${ranks} failed` : `rank ${rank} of ${ranks} failed, ${place(rank)}`,
    /** Blames the ranks in a step that do not wait, else all that do not wait. */
    stalled: (stall: string): string => {
      const active = all.filter((rank) => !waits(rank))
      // Where orders are ranges, a rank is outside of the steps until its next range is sent.
      const inStep = active.filter((rank) => stepOf(rank) >= 0)
      const blamed = inStep.length > 0 ? inStep : active
      const what = blamed.length > 0 ? 'stalled' : 'all ranks wait'
      const named = (blamed.length > 0 ? blamed : all).map((rank) => `rank ${rank}, ${place(rank)}`)
      return `${stall}; ${what}: ${listed(named)}`
    },
  }
}
