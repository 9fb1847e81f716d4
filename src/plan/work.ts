import type { Instruction, Plan } from './plan.ts'
import { length } from './span.ts'

/** Floating-point operations of an instruction, a multiply-add counting as two; only the three products count. */
export function flopOf(plan: Plan, instruction: Instruction): number {
  const { widths } = plan.model
  switch (instruction.op) {
    case 'forward':
      return 2 * length(instruction.samples) * widths[instruction.layer] * length(instruction.output.columns)
    case 'backward-input':
      return (
        2 * length(instruction.samples) * length(instruction.result.columns) * widths[instruction.layer + 1]
      )
    case 'backward-weight': {
      const { samples, gradient, layer } = instruction
      const rows = Math.min(gradient.rows.to, widths[layer]) - Math.min(gradient.rows.from, widths[layer])
      return 2 * length(samples) * rows * length(gradient.columns)
    }
    default:
      return 0
  }
}
