import type { Await, Instruction, Plan, Publish } from '../../../src/plan/plan.ts'

/** The plan with every rank's program changed. */
export const changed = (plan: Plan, change: (program: readonly Instruction[]) => Instruction[]): Plan => ({
  ...plan,
  programs: plan.programs.map(change),
})

export const without = (plan: Plan, left: (instruction: Instruction) => boolean): Plan =>
  changed(plan, (program) => program.filter((instruction) => !left(instruction)))

/** Ranks go on to the next step without waiting for each other. */
export const withoutEndBarrier = (plan: Plan): Plan =>
  changed(plan, (program) =>
    program.map((instruction) => {
      const ends = instruction === program.at(-1) && instruction.op === 'barrier'
      return ends ? { ...instruction, rounds: [] } : instruction
    }),
  )

export const isSignal = (instruction: Instruction): instruction is Publish | Await =>
  instruction.op === 'publish' || instruction.op === 'await'

/** Every plan that lacks one of the plan's signals, and which it is, in words. */
export function withoutEachSignal(plan: Plan): [string, Plan][] {
  return plan.programs.flatMap((program, rank) =>
    program.filter(isSignal).map((signal): [string, Plan] => {
      const what = `rank ${rank}: ${signal.op} '${plan.counters[signal.counter].name}'`
      const times = signal.op === 'await' ? ` at ${signal.atLeast}` : ''
      return [what + times, without(plan, (instruction) => instruction === signal)]
    }),
  )
}
