import { activationOf } from '../model/shape.ts'
import { updatesAtOnce } from '../plan/read/fused.ts'
import type { Instruction, Plan, Region } from '../plan/plan.ts'
import { length } from '../plan/span.ts'

const size = ({ rows, columns }: Region): string => `${length(rows)}x${length(columns)}`

/**
 * What the time of an instruction depends on, besides where its operands are found: two with the same name take the same
 * time. Rows of samples, columns of the input, columns of the output; of a weight gradient samples, its rows, its columns.
 * Undefined for one that only signals, or that is part of the instruction before it.
 */
export function shapeOf(plan: Plan, rank: number, index: number): string | undefined {
  const program = plan.programs[rank]
  const instruction: Instruction = program[index]
  const { model, optimizer } = plan
  switch (instruction.op) {
    case 'forward': {
      const { layer, input, output } = instruction
      return `forward ${size(input)}x${length(output.columns)} ${activationOf(model, layer)}`
    }
    case 'loss':
      return `loss ${size(instruction.output)} ${model.loss}`
    case 'pack':
      return `pack ${size(instruction.weights)}`
    case 'backward-input': {
      const { layer, delta, result, packed } = instruction
      const activation = activationOf(model, layer - 1)
      return `backward-input ${size(delta)}x${length(result.columns)} ${activation}${packed ? ' packed' : ''}`
    }
    case 'backward-weight': {
      const { samples, rows, gradient, accumulated, layer } = instruction
      const parts = [
        `backward-weight ${length(samples)}x${length(rows)}x${length(gradient.columns)}`,
        rows.to > model.widths[layer] ? 'bias' : '',
        length(accumulated) > 0 ? 'accumulate' : '',
        updatesAtOnce(plan, instruction, program[index + 1]) ? 'update' : '',
      ]
      return parts.filter((part) => part !== '').join(' ')
    }
    case 'send':
      return `send ${size(instruction.source)} ${instruction.by}`
    case 'take':
      return `take ${size(instruction.target)}`
    case 'reduce':
      return `reduce ${instruction.sources.length} of ${size(instruction.target)}`
    case 'update': {
      const isPart: boolean = updatesAtOnce(plan, program[index - 1], program[index])
      return isPart ? undefined : `update ${size(instruction.gradient)} ${optimizer}`
    }
    default:
      return undefined
  }
}
