import { effects } from './effects.ts'
import type { Buffer, Plan, Region, Role } from './plan.ts'
import { length, overlap } from './span.ts'

const FLOAT_BYTES = 4
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
  const writes = new Map<string, { rank: number; region: Region }[]>()
  plan.programs.forEach((program, rank) => {
    for (const region of program.flatMap((instruction) => effects(instruction).writes)) {
      const version = region.version === 'after' ? 'before' : region.version
      const list = writes.get(key(region, version))
      if (list) list.push({ rank, region })
      else writes.set(key(region, version), [{ rank, region }])
    }
  })
  return plan.programs.map((program, rank) => {
    let floats = 0
    const seen = new Set<string>()
    for (const read of program.flatMap((instruction) => effects(instruction).reads)) {
      const what = key(read, read.version)
      const where = `${what}/${read.rows.from}:${read.rows.to}/${read.columns.from}:${read.columns.to}`
      if (seen.has(where)) continue
      seen.add(where)
      for (const write of writes.get(what) ?? []) {
        if (write.rank !== rank) floats += commonFloats(read, write.region)
      }
    }
    return floats * FLOAT_BYTES
  })
}

const key = (region: Region, version: string): string => `${region.buffer}/${region.slot}/${version}`

function commonFloats(a: Region, b: Region): number {
  if (!overlap(a.rows, b.rows) || !overlap(a.columns, b.columns)) return 0
  const rows = length({ from: Math.max(a.rows.from, b.rows.from), to: Math.min(a.rows.to, b.rows.to) })
  const columns = length({
    from: Math.max(a.columns.from, b.columns.from),
    to: Math.min(a.columns.to, b.columns.to),
  })
  return rows * columns
}
