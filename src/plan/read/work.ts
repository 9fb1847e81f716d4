import type { Instruction, Plan, Region, Update } from '../plan.ts'
import type { Pass } from '../schedules/schedule.ts'
import { isSameRectangle, length } from '../span.ts'

/** Floating-point operations of an instruction, a multiply-add counting as two; only the three products count. */
export function flopOf(plan: Plan, instruction: Instruction): number {
  const { widths } = plan.model
  switch (instruction.op) {
    case 'forward':
      return 2 * length(instruction.samples) * widths[instruction.layer] * length(instruction.output.columns)
    case 'backward-input':
      return 2 * length(instruction.samples) * length(instruction.result.columns) * widths[instruction.layer + 1]
    case 'backward-weight': {
      const { samples, rows, gradient, layer } = instruction
      const inputs = Math.min(rows.to, widths[layer]) - Math.min(rows.from, widths[layer])
      return 2 * length(samples) * inputs * length(gradient.columns)
    }
    default:
      return 0
  }
}

/**
 * Whether an instruction updates the weights, by plain SGD, from the gradient that the instruction before it has just
 * summed: the two then run as one, and the gradient goes from the registers into the weights.
 */
export const updatesAtOnce = (
  { optimizer }: Pick<Plan, 'optimizer'>,
  before: Instruction | undefined,
  next: Instruction | undefined,
): next is Update =>
  optimizer === 'sgd' &&
  before?.op === 'backward-weight' &&
  next?.op === 'update' &&
  isSameRegion(before.gradient, next.gradient)

const isSameRegion = (a: Region, b: Region): boolean =>
  a.buffer === b.buffer && a.slot === b.slot && a.version === b.version && isSameRectangle(a, b)

/** Whether the two gradients of a layer always follow each other, and so form one backward pass. */
export const isFused = ({ programs }: Plan): boolean =>
  programs.every((program) =>
    program.every((each, index) => {
      const next = program[index + 1]
      return each.op !== 'backward-input' || (next.op === 'backward-weight' && next.layer === each.layer)
    }),
  )

const PASSES: Readonly<Partial<Record<Instruction['op'], Pass>>> = {
  forward: 'F',
  loss: 'I',
  'backward-input': 'I',
  'backward-weight': 'W',
}

/** The pass that an instruction belongs to; undefined if it moves data, combines gradients or waits. */
export function passOf({ op }: Instruction, fused: boolean): Pass | undefined {
  const pass = PASSES[op]
  return fused && pass && pass !== 'F' ? 'B' : pass
}
