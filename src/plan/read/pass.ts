import type { Instruction, Plan } from '../plan.ts'
import type { Pass } from '../schedules/schedule.ts'

/** Whether the two gradients of a layer always follow on each other: they are one backward pass then. */
export const isFused = ({ programs }: Plan): boolean =>
  programs.every((program) =>
    program.every((each, index) => {
      const next = program[index + 1]
      return each.op !== 'backward-input' || (next.op === 'backward-weight' && next.layer === each.layer)
    }),
  )

/** The pass that an instruction is part of; undefined if it moves, combines or waits. */
export function passOf(instruction: Instruction, fused: boolean): Pass | undefined {
  switch (instruction.op) {
    case 'forward':
      return 'F'
    case 'loss':
    case 'backward-input':
      return fused ? 'B' : 'I'
    case 'backward-weight':
      return fused ? 'B' : 'W'
    default:
      return undefined
  }
}
