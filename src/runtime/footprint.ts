import type { Matrix } from '../kernels/kernel.ts'
import { FLOATS_PER_LINE, slotFloats, strideOf } from '../plan/read/bytes.ts'
import { effects } from '../plan/effects.ts'
import type { Plan, Region } from '../plan/plan.ts'
import { length } from '../plan/span.ts'
import { movesWithBatch, type Placement } from './memory.ts'

/** A rectangle in memory. */
interface Place {
  readonly matrix: Matrix
  /** Floats from one batch's rectangle to the next one's; 0 if all batches share it. */
  readonly distance: number
  /** The step before touched it last. */
  readonly before: boolean
}

/**
 * What a rank has touched since it last ran an instruction: each rectangle once, in the order of the last touch. Touching
 * them in this order puts the caches into about the state in which the instruction finds them in a row of steps.
 */
export function footprintBefore(plan: Plan, placement: Placement, rank: number, index: number): Place[] {
  const program = plan.programs[rank]
  const places = new Map<string, Place>()
  for (let back = 1; back < program.length; back++) {
    const at = (index - back + program.length) % program.length
    const { reads, writes } = effects(program[at])
    for (const region of [...writes, ...reads]) {
      const buffer = plan.buffers[region.buffer]
      if (buffer.role === 'message') continue
      const before = at > index
      const moves = movesWithBatch(buffer)
      const key = `${region.buffer}/${region.slot}/${spans(region)}${moves && before ? ' before' : ''}`
      if (places.has(key)) continue
      const stride = strideOf(buffer)
      const offset =
        placement[region.buffer] + region.slot * slotFloats(buffer) + region.rows.from * stride + region.columns.from
      const matrix = { offset, rows: length(region.rows), columns: length(region.columns), stride }
      places.set(key, { matrix, distance: moves ? slotFloats(buffer) : 0, before })
    }
  }
  return [...places.values()].toReversed()
}

const spans = ({ rows, columns }: Region): string => `${rows.from}:${rows.to}/${columns.from}:${columns.to}`

/** Reads a float of every cache line; the sum keeps V8 from removing the reads. */
export function touch(floats: Float32Array, places: readonly Place[], batch: number, batches: number): number {
  let sum = 0
  for (let p = 0; p < places.length; p++) {
    const { matrix, distance, before } = places[p]
    const which = before ? (batch + batches - 1) % batches : batch
    const start = matrix.offset + distance * which
    for (let row = 0; row < matrix.rows; row++) {
      const from = start + row * matrix.stride
      for (let column = 0; column < matrix.columns; column += FLOATS_PER_LINE) sum += floats[from + column]
    }
  }
  return sum
}

/** Bytes that a rank touches in a step. */
export function footprintBytes(plan: Plan, rank: number): number {
  const places = new Map<string, number>()
  for (const instruction of plan.programs[rank]) {
    const { reads, writes } = effects(instruction)
    for (const region of [...reads, ...writes]) {
      places.set(
        `${region.buffer}/${region.slot}/${spans(region)}`,
        length(region.rows) * length(region.columns) * Float32Array.BYTES_PER_ELEMENT,
      )
    }
  }
  let bytes = 0
  for (const each of places.values()) bytes += each
  return bytes
}
