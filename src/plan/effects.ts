import type { BackwardInput, BackwardWeight, Forward, Instruction, LossGradient, Region, Signal } from './plan.ts'
import { isEmpty, samplesVersion, type Span } from './span.ts'

/** A part of the work of a step: over all ranks, every product must be computed exactly once. */
export interface Product {
  readonly kind: 'forward' | 'loss' | 'backward-input' | 'backward-weight'
  readonly layer: number
  readonly samples: Span
  /** Rows of the parameter matrix, for a weight gradient; otherwise 0 to 1, since sums are not divided. */
  readonly rows: Span
  /** Columns of the result. */
  readonly columns: Span
}

/** The regions that an instruction reads and those that it then writes. */
export interface Effects {
  readonly reads: readonly Region[]
  readonly writes: readonly Region[]
  readonly product?: Product
}

const NONE: Effects = { reads: [], writes: [] }

const product = (
  instruction: Forward | LossGradient | BackwardInput | BackwardWeight,
  columns: Span,
  rows: Span = { from: 0, to: 1 },
): Product => ({
  kind: instruction.op,
  layer: instruction.op === 'loss' ? -1 : instruction.layer,
  samples: instruction.samples,
  rows,
  columns,
})

/** The one place that knows what an instruction reads, writes and computes. */
export function effects(instruction: Instruction): Effects {
  switch (instruction.op) {
    case 'forward': {
      const { input, weights, output } = instruction
      return { reads: [input, weights], writes: [output], product: product(instruction, output.columns) }
    }
    case 'loss': {
      const { output, labels, delta, losses } = instruction
      return { reads: [output, labels], writes: [delta, losses], product: product(instruction, delta.columns) }
    }
    case 'pack':
      return { reads: [instruction.weights], writes: [instruction.packed] }
    case 'backward-input': {
      const { delta, weights, packed, input, result } = instruction
      const reads = packed ? [delta, weights, packed, input] : [delta, weights, input]
      return { reads, writes: [result], product: product(instruction, result.columns) }
    }
    case 'backward-weight': {
      const { accumulated, input, delta, rows, gradient } = instruction
      // The bias needs no input.
      const operands = isEmpty(input.columns) ? [delta] : [input, delta]
      const before = { ...gradient, version: samplesVersion([accumulated]) }
      const reads = before.version === '' ? operands : [...operands, before]
      return { reads, writes: [gradient], product: product(instruction, gradient.columns, rows) }
    }
    case 'send':
      return { reads: [instruction.source], writes: [instruction.message] }
    case 'take':
      return { reads: [instruction.message], writes: [instruction.target] }
    case 'reduce':
      return { reads: instruction.sources, writes: [instruction.target] }
    case 'update': {
      const { gradient, weights, state } = instruction
      const writes = [weights, ...state].map((region) => ({ ...region, version: 'after' }))
      return { reads: [gradient, weights, ...state], writes }
    }
    default:
      return NONE
  }
}

/** The publishes and awaits of an instruction, in order. */
export function signalsOf(instruction: Instruction): readonly Signal[] {
  switch (instruction.op) {
    case 'publish':
      return [{ kind: 'publish', counter: instruction.counter }]
    case 'await':
      return [{ kind: 'await', counter: instruction.counter, atLeast: instruction.atLeast }]
    case 'barrier':
      return instruction.rounds
    default:
      return []
  }
}

/** Whether an instruction only publishes or awaits. */
export const isSignal = (instruction: Instruction): boolean =>
  instruction.op === 'barrier' || instruction.op === 'publish' || instruction.op === 'await'

/** The version that a buffer holds at the start of a step, by role; buffers of other roles hold nothing. */
export const INITIAL_VERSION: Readonly<Partial<Record<string, string>>> = {
  features: 'batch',
  labels: 'batch',
  weights: 'before',
  state: 'before',
}
