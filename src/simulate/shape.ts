import { activationOf } from '../model/shape.ts'
import type { Instruction, Plan, Region } from '../plan/plan.ts'
import { flopOf, updatesAtOnce } from '../plan/read/work.ts'
import { length } from '../plan/span.ts'

/** What the time of an instruction depends on, besides the cache that its operands are found in. */
export interface Shape {
  /** The operation and its sizes. Instructions of one name take the same time. */
  readonly name: string
  /** 0 if it is no product. */
  readonly flop: number
}

/** The shape of an instruction; undefined if it only signals, or is part of the instruction before it. */
export function shapeOf(plan: Plan, rank: number, index: number): Shape | undefined {
  const program = plan.programs[rank]
  if (updatesAtOnce(plan, program[index - 1], program[index])) return undefined
  const name = nameOf(plan, program[index], program[index + 1])
  return name === undefined ? undefined : { name, flop: flopOf(plan, program[index]) }
}

const size = ({ rows, columns }: Region): string => `${length(rows)}x${length(columns)}`

/**
 * The sizes of a product are samples, columns of the input, columns of the output; of a weight gradient samples, its
 * rows, its columns.
 */
function nameOf(plan: Plan, instruction: Instruction, next: Instruction | undefined): string | undefined {
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
        updatesAtOnce(plan, instruction, next) ? 'update' : '',
      ]
      return parts.filter((part) => part !== '').join(' ')
    }
    case 'send':
      return `send ${size(instruction.source)} ${instruction.by}`
    case 'take':
      return `take ${size(instruction.target)}`
    case 'reduce':
      return `reduce ${instruction.sources.length} of ${size(instruction.target)}`
    case 'update':
      return `update ${size(instruction.gradient)} ${optimizer}`
    default:
      return undefined
  }
}
