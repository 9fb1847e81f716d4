import type { Matrix } from '../../src/kernels/kernel.ts'

/** A NaN with a payload: it spoils every sum that reads it, and is told by its bits where it was overwritten. */
const GUARD_BITS = 0x7fc0beef
const GUARD_FLOATS = 5

/**
 * Matrices for a kernel test in one shared memory, laid out one after the other with guard values between them
 * and behind every row.
 */
export function arena(pages = 8) {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const floats = new Float32Array(memory.buffer)
  const bits = new Uint32Array(memory.buffer)
  bits.fill(GUARD_BITS)
  const matrices: Matrix[] = []
  let end = GUARD_FLOATS

  /** A new matrix of zeros, or of `values` row by row; `padding` floats lie behind every row. */
  function matrix(rows: number, columns: number, padding = 0, values?: Iterable<number>): Matrix {
    const made: Matrix = { offset: end, rows, columns, stride: columns + padding }
    end += rows * made.stride + GUARD_FLOATS
    if (end > floats.length) throw new RangeError(`${end} floats do not fit ${pages} pages`)
    matrices.push(made)
    write(made, values ?? new Float32Array(rows * columns))
    return made
  }

  function write(target: Matrix, values: Iterable<number>): void {
    const next = values[Symbol.iterator]()
    for (let i = 0; i < target.rows; i++)
      for (let j = 0; j < target.columns; j++) floats[target.offset + i * target.stride + j] = Number(next.next().value)
  }

  /** The elements row by row, without padding. */
  function read(source: Matrix): Float32Array {
    const values = new Float32Array(source.rows * source.columns)
    for (let i = 0; i < source.rows; i++)
      for (let j = 0; j < source.columns; j++)
        values[i * source.columns + j] = floats[source.offset + i * source.stride + j]
    return values
  }

  /** How many floats outside all matrices were overwritten. */
  function overwritten(): number {
    const inside = new Uint8Array(floats.length)
    for (const { offset, rows, columns, stride } of matrices)
      for (let i = 0; i < rows; i++) inside.fill(1, offset + i * stride, offset + i * stride + columns)
    let count = 0
    for (let at = 0; at < end; at++) if (inside[at] === 0 && bits[at] !== GUARD_BITS) count++
    return count
  }

  return { memory, matrix, write, read, overwritten }
}

/** The part of a matrix from row `row` and column `column` on. */
export const part = (of: Matrix, row: number, column: number, rows: number, columns: number): Matrix => ({
  offset: of.offset + row * of.stride + column,
  rows,
  columns,
  stride: of.stride,
})

/** The bits of floats, so that +0 and −0 differ in a comparison. */
export const bitsOf = (values: Iterable<number>): number[] => [...new Uint32Array(Float32Array.from(values).buffer)]

/** `count` floats of mixed signs and of magnitudes 2⁻⁸ to 2⁸, among them zeros of both signs. */
export function numbers(count: number, seed: number): Float32Array {
  const uniform = randomSource(seed)
  return Float32Array.from({ length: count }, () => {
    const sign = uniform() < 0.5 ? -1 : 1
    return sign * (uniform() < 0.05 ? 0 : uniform() * 2 ** Math.floor(uniform() * 17 - 8))
  })
}

/** Uniform numbers in [0, 1) (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
