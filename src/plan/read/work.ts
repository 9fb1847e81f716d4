import type { Form } from '../../kernels/kernel.ts'
import type { Instruction, Plan, Region, Update } from '../plan.ts'
import type { Pass } from '../schedules/schedule.ts'
import { isSameRectangle, length } from '../span.ts'

/** A product of a dense layer: the result has m rows and n columns, each element a sum of k terms. */
export interface LayerProduct {
  readonly form: Form
  readonly m: number
  readonly n: number
  readonly k: number
}

/** A product as a plan contains it. */
export interface PlannedProduct extends LayerProduct {
  /** The weights are updated from the registers, see `updatesAtOnce`. */
  readonly updates: boolean
}

/** The product that an instruction computes; undefined if it computes none. `next` is the instruction after it. */
export function productOf(
  plan: Plan,
  instruction: Instruction,
  next: Instruction | undefined,
): PlannedProduct | undefined {
  const { widths } = plan.model
  switch (instruction.op) {
    case 'forward': {
      const { samples, output, layer } = instruction
      return { form: 'forward', m: length(samples), n: length(output.columns), k: widths[layer], updates: false }
    }
    case 'backward-input': {
      const { samples, result, layer } = instruction
      return { form: 'input', m: length(samples), n: length(result.columns), k: widths[layer + 1], updates: false }
    }
    case 'backward-weight': {
      const { samples, rows, gradient, layer } = instruction
      // The row of the bias is a sum, and no product.
      const inputs = Math.min(rows.to, widths[layer]) - Math.min(rows.from, widths[layer])
      const updates = updatesAtOnce(plan, instruction, next)
      return { form: 'weight', m: inputs, n: length(gradient.columns), k: length(samples), updates }
    }
    default:
      return undefined
  }
}

/** 2mnk, a multiply-add counting as two. */
export const flopOfProduct = ({ m, n, k }: LayerProduct): number => 2 * m * n * k

/** Floating-point operations of an instruction; only the three products count. */
export function flopOf(plan: Plan, instruction: Instruction): number {
  const product = productOf(plan, instruction, undefined)
  return product ? flopOfProduct(product) : 0
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
