import { FLOAT_BYTES, type Matrix } from '../kernels/kernel.ts'
import type { Plan, Region } from '../plan/plan.ts'
import { FLOATS_PER_LINE, slotFloats } from '../plan/read/bytes.ts'
import { length } from '../plan/span.ts'
import { matrixOf, movesWithBatch } from './memory.ts'
import { regionsOf, type Part } from './part.ts'

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
export function footprintBefore({ program, buffers }: Part, index: number): Place[] {
  const places = new Map<string, Place>()
  for (let back = 1; back < program.length; back++) {
    const at = (index - back + program.length) % program.length
    for (const region of regionsOf(program[at])) {
      const buffer = buffers.get(region.buffer)!
      if (buffer.role === 'message') continue
      const before = at > index
      const moves = movesWithBatch(buffer)
      const key = `${rectangleOf(region)}${moves && before ? ' before' : ''}`
      if (places.has(key)) continue
      places.set(key, {
        matrix: matrixOf(buffer.at, buffer, region),
        distance: moves ? slotFloats(buffer) : 0,
        before,
      })
    }
  }
  return [...places.values()].toReversed()
}

const rectangleOf = ({ buffer, slot, rows, columns }: Region): string =>
  [buffer, slot, rows.from, rows.to, columns.from, columns.to].join('/')

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
  const regions = new Map(plan.programs[rank].flatMap(regionsOf).map((region) => [rectangleOf(region), region]))
  return [...regions.values()].reduce((sum, { rows, columns }) => sum + length(rows) * length(columns) * FLOAT_BYTES, 0)
}
