import { FLOAT_BYTES } from '../../kernels/kernel.ts'
import type { Buffer, Plan, Role } from '../plan.ts'
import { handoffsOf } from './handoffs.ts'

/** Every row starts on a cache line of its own, so that ranks that write neighbouring rows never share a line. */
export const FLOATS_PER_LINE = 16

/**
 * Floats from the start of one row to the next: an odd number of cache lines. At a multiple of a power of two, the
 * elements of a column would fall on the same few sets of the cache and evict each other.
 */
export function rowStride(columns: number): number {
  const lines = Math.ceil(columns / FLOATS_PER_LINE)
  return (lines % 2 === 0 ? lines + 1 : lines) * FLOATS_PER_LINE
}

export const strideOf = (buffer: Buffer): number => rowStride(buffer.columns)

/** Floats from the start of one slot of a buffer to the next. */
export const slotFloats = (buffer: Buffer): number => buffer.rows * strideOf(buffer)

export const bufferBytes = (buffer: Buffer): number => buffer.slots * slotFloats(buffer) * FLOAT_BYTES

/** Bytes of the buffers of some roles, over all ranks. */
export const bytesOf = (plan: Plan, ...roles: readonly Role[]): number =>
  plan.buffers.filter((buffer) => roles.includes(buffer.role)).reduce((sum, buffer) => sum + bufferBytes(buffer), 0)

/** Bytes per step that ranks read and other ranks have written, counted as `handoffsOf` does. */
export const bytesHandedOver = (plan: Plan): number => bytesHandedOverTo(plan).reduce((sum, bytes) => sum + bytes, 0)

/** The same, by the rank that reads. */
export function bytesHandedOverTo(plan: Plan): number[] {
  const handoffs = handoffsOf(plan)
  return plan.programs.map((program, rank) => {
    let sum = 0
    program.forEach((_, index) => handoffs(rank, index, (_from, bytes) => (sum += bytes)))
    return sum
  })
}
