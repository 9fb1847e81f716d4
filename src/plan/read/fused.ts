import type { Instruction, Plan, Region, Update } from '../plan.ts'
import type { Span } from '../span.ts'

/**
 * Whether an instruction updates the weights from the gradient that the one before it has just summed, by plain SGD: the
 * two are run as one then, and the gradient goes from the registers into the weights.
 */
export const updatesAtOnce = (
  { optimizer }: Plan,
  before: Instruction | undefined,
  next: Instruction | undefined,
): next is Update =>
  optimizer === 'sgd' &&
  before?.op === 'backward-weight' &&
  next?.op === 'update' &&
  sameRegion(before.gradient, next.gradient)

const sameRegion = (a: Region, b: Region): boolean =>
  a.buffer === b.buffer &&
  a.slot === b.slot &&
  a.version === b.version &&
  sameSpan(a.rows, b.rows) &&
  sameSpan(a.columns, b.columns)

const sameSpan = (a: Span, b: Span): boolean => a.from === b.from && a.to === b.to
