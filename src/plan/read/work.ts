import type { Instruction, Plan } from '../plan.ts'
import { length } from '../span.ts'

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
      const { samples, rows, gradient, layer } = instruction
      const inputs = Math.min(rows.to, widths[layer]) - Math.min(rows.from, widths[layer])
      return 2 * length(samples) * inputs * length(gradient.columns)
    }
    default:
      return 0
  }
}
