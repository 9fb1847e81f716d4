import { FLOAT_BYTES } from '../../kernels/kernel.ts'
import type { Buffer, Plan, Role } from '../plan.ts'
import { transfersOf } from './transfers.ts'

/** Rows start on cache lines of their own, so that ranks that write neighbouring rows never share a line. */
export const FLOATS_PER_LINE = 16

/**
 * Floats from the start of one row of so many columns to the next: an odd number of cache lines. At a multiple of a
 * power of two, the elements of a column would fall on the same few sets of the cache and throw each other out.
 */
export function rowStride(columns: number): number {
  const lines = Math.ceil(columns / FLOATS_PER_LINE)
  return (lines % 2 === 0 ? lines + 1 : lines) * FLOATS_PER_LINE
}

export const strideOf = (buffer: Buffer): number => rowStride(buffer.columns)

/** Floats from the start of one slot of a buffer to the next. */
export const slotFloats = (buffer: Buffer): number => buffer.rows * strideOf(buffer)

export const bufferBytes = (buffer: Buffer): number => buffer.slots * slotFloats(buffer) * FLOAT_BYTES

/** Bytes that the buffers of some roles take, over all ranks. */
export const bytesOf = (plan: Plan, ...roles: readonly Role[]): number =>
  plan.buffers
    .filter((buffer) => roles.includes(buffer.role))
    .reduce((sum, buffer) => sum + bufferBytes(buffer), 0)

/**
 * Bytes per step that one rank reads after another has written them, each rectangle once however often it is read.
 * Weights that were updated at the end of the step before count too, if another rank updated them.
 */
export const bytesHandedOver = (plan: Plan): number =>
  bytesHandedOverTo(plan).reduce((sum, bytes) => sum + bytes, 0)

/** The same, by the rank that reads. */
export function bytesHandedOverTo(plan: Plan): number[] {
  const transfers = transfersOf(plan)
  return plan.programs.map((program, rank) => {
    let sum = 0
    program.forEach((_, index) => transfers(rank, index, (_from, bytes) => (sum += bytes)))
    return sum
  })
}
