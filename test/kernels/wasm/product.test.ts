import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseKernel, createKernel, KernelError } from '../../../src/kernels/choose.ts'
import { js } from '../../../src/kernels/js/js.ts'
import {
  ACTIVATIONS,
  KERNELS,
  scratchFloats,
  TILE_WIDTH,
  type Activation,
  type Arithmetic,
  type Kernel,
} from '../../../src/kernels/kernel.ts'
import { fusedMultiplyAdd } from '../fused.ts'
import { arena, bitsOf, numbers, part } from '../arena.ts'

const { fround } = Math
const MOST = 70
const HYPER = { learningRate: 0.37, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

/** The kernels that this Node can run; each is compiled before the next is tried, since they need different flags. */
const choices = KERNELS.filter((name) => name !== 'js').flatMap((name) => {
  try {
    return [chooseKernel(name).choice]
  } catch (error) {
    if (error instanceof KernelError) return []
    throw error
  }
})

/** The definition of each arithmetic class: what one multiply-add rounds. */
const multiplyAdd: Readonly<Record<Arithmetic, (a: number, b: number, c: number) => number>> = {
  f32: (a, b, c) => fround(c + fround(a * b)),
  fma: fusedMultiplyAdd,
}

const size = fc.integer({ min: 1, max: MOST })
const padding = fc.integer({ min: 0, max: 9 })
const seed = fc.integer()
const activation = fc.constantFrom(...ACTIVATIONS)
const RUNS = { numRuns: 150 }

/** A memory with the scratch that a kernel needs, counted as one of the matrices. */
function place(make: (memory: WebAssembly.Memory, scratch: number) => Kernel, deepest: number) {
  const made = arena(16 + Math.ceil(deepest / 10))
  const scratch = made.matrix(1, scratchFloats(Math.max(MOST, deepest)))
  return { ...made, kernel: make(made.memory, scratch.offset) }
}

/** Products with the chain of an arithmetic class, as plainly as can be. */
function chain(
  arithmetic: Arithmetic,
  start: number,
  depth: number,
  a: (k: number) => number,
  b: (k: number) => number,
) {
  let sum = start
  for (let k = 0; k < depth; k++) sum = multiplyAdd[arithmetic](a(k), b(k), sum)
  return sum
}

describe.each(choices)('the products of the kernel $name', (choice) => {
  const { arithmetic } = choice
  const make = createKernel(choice)

  const forward = (rows: number, depth: number, columns: number, pad: number, salt: number, kind: Activation) => {
    const { kernel, matrix, read, overwritten, memory } = place(make, Math.max(rows, depth, columns))
    const x = matrix(rows, depth, pad, numbers(rows * depth, salt))
    const w = matrix(depth, columns, pad + 1, numbers(depth * columns, salt + 1))
    const bias = matrix(1, columns, 0, numbers(columns, salt + 2))
    const y = matrix(rows, columns, pad, numbers(rows * columns, salt + 3))
    const sums = matrix(rows, columns)
    const [xs, ws] = [read(x), read(w)]
    kernel.forward(x, w, bias, y, kind)
    // The chains by their definition; bias and activation then by the js kernel, on a product by one.
    const values = Array.from({ length: rows * columns }, (_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns]
      return chain(arithmetic, 0, depth, (k) => xs[i * depth + k], (k) => ws[k * columns + j])
    }) // prettier-ignore
    const product = matrix(rows, columns, 0, values)
    const unit = matrix(columns, columns, 0, identity(columns))
    js(memory).forward(product, unit, bias, sums, kind)
    expect(bitsOf(read(y))).toEqual(bitsOf(read(sums)))
    expect([read(x), read(w)]).toEqual([xs, ws])
    expect(overwritten()).toBe(0)
  }

  it('forward is one chain per element in ascending k, then bias and activation, and writes nothing else', () => {
    fc.assert(fc.property(size, size, size, padding, seed, activation, forward), RUNS)
  })

  it.each(ACTIVATIONS)('%s and its derivative have the bits of the js kernel', (kind) => {
    // Products of one term are the same in every arithmetic class.
    const [wanted, got] = [js, make].map((factory) => {
      const { kernel, matrix, read } = place(factory, 0)
      const filled = (rows: number, columns: number, salt: number) =>
        matrix(rows, columns, 1, numbers(rows * columns, salt))
      const [x, w, bias, dy, v] = [
        filled(40, 1, 1),
        filled(1, 50, 2),
        filled(1, 50, 3),
        filled(40, 1, 4),
        filled(50, 1, 5),
      ]
      const [y, dx] = [matrix(40, 50), matrix(40, 50)]
      kernel.forward(x, w, bias, y, kind)
      kernel.backwardInput(dy, v, y, dx, kind)
      return [bitsOf(read(y)), bitsOf(read(dx))]
    })
    expect(got).toEqual(wanted)
  })

  it('backwardInput is one chain per element, then the derivative, and writes nothing else', () => {
    fc.assert(
      fc.property(size, size, size, padding, seed, activation, (rows, depth, columns, pad, salt, kind) => {
        const { kernel, matrix, read, overwritten, memory } = place(make, 0)
        const dy = matrix(rows, depth, pad, numbers(rows * depth, salt))
        const w = matrix(columns, depth, pad + 1, numbers(columns * depth, salt + 1))
        const x = matrix(rows, columns, 0, numbers(rows * columns, salt + 2))
        const dx = matrix(rows, columns, pad, numbers(rows * columns, salt + 3))
        const wanted = matrix(rows, columns)
        const [dys, ws] = [read(dy), read(w)]
        kernel.backwardInput(dy, w, x, dx, kind)
        const values = Array.from({ length: rows * columns }, (_, at) => {
          const [i, j] = [Math.floor(at / columns), at % columns]
          return chain(arithmetic, 0, depth, (k) => dys[i * depth + k], (k) => ws[j * depth + k])
        }) // prettier-ignore
        const product = matrix(rows, columns, 0, values)
        const unit = matrix(columns, columns, 0, identity(columns))
        js(memory).backwardInput(product, unit, x, wanted, kind)
        expect(bitsOf(read(dx))).toEqual(bitsOf(read(wanted)))
        // The same from weights that have been packed beforehand.
        const packed = matrix(Math.ceil(columns / TILE_WIDTH) * TILE_WIDTH, depth)
        const again = matrix(rows, columns)
        kernel.pack(w, packed)
        kernel.backwardInput(dy, w, x, again, kind, packed)
        expect(bitsOf(read(again))).toEqual(bitsOf(read(wanted)))
        expect(overwritten()).toBe(0)
      }),
      RUNS,
    )
  })

  const weight = (rows: number, inputs: number, columns: number, pad: number, salt: number, more: boolean) => {
    const { kernel, matrix, read, overwritten } = place(make, rows)
    const x = matrix(rows, inputs, pad, numbers(rows * inputs, salt))
    const dy = matrix(rows, columns, pad + 1, numbers(rows * columns, salt + 1))
    const start = numbers(inputs * columns, salt + 2)
    const dw = matrix(inputs, columns, pad, start)
    const fused = matrix(inputs, columns, 0, start)
    const weights = numbers(inputs * columns, salt + 3)
    const w = matrix(inputs, columns, pad, weights)
    const [xs, dys] = [read(x), read(dy)]
    kernel.backwardWeight(x, dy, dw, more)
    kernel.backwardWeightSgd(x, dy, fused, w, more, HYPER)
    const values = Float32Array.from({ length: inputs * columns }, (_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns]
      return chain(arithmetic, more ? start[at] : 0, rows, (r) => xs[r * inputs + i], (r) => dys[r * columns + j])
    }) // prettier-ignore
    expect(bitsOf(read(dw))).toEqual(bitsOf(values))
    const rate = fround(HYPER.learningRate)
    const updated = values.map((value, at) => fround(weights[at] - fround(rate * value)))
    expect(bitsOf(read(w))).toEqual(bitsOf(updated))
    expect(overwritten()).toBe(0)
  }

  it('backwardWeight goes on from what is there or starts at +0, and with the update gives the same bits', () => {
    fc.assert(fc.property(size, size, size, padding, seed, fc.boolean(), weight), RUNS)
  })

  it('rounds once, also where rounding to float64 in between would show', () => {
    weight(8, 70, 4, 0, 464540176, false)
  })

  it('keeps its chains whole over several blocks of k', () => {
    for (const depth of [257, 511, 512, 513, 600, 784, 1025]) {
      forward(7, depth, 18, 3, depth, 'relu')
      weight(depth, 13, 21, 2, depth, false)
      weight(depth, 5, 9, 0, depth, true)
    }
  })

  it('gives the same bits where strips of A are packed, for results wide and sums long enough', () => {
    weight(200, 27, 330, 1, 11, false)
    weight(400, 14, 250, 0, 12, true)
  })

  it('gives the same bits whatever rows and columns are computed together', () => {
    fc.assert(
      fc.property(size, size, size, size, size, seed, (rows, depth, columns, row, column, salt) => {
        const { kernel, matrix, read } = place(make, 0)
        const x = matrix(rows, depth, 0, numbers(rows * depth, salt))
        const w = matrix(depth, columns, 0, numbers(depth * columns, salt + 1))
        const bias = matrix(1, columns, 0, numbers(columns, salt + 2))
        const whole = matrix(rows, columns)
        const pieces = matrix(rows, columns)
        kernel.forward(x, w, bias, whole, 'relu')
        for (let i = 0; i < rows; i += row) {
          for (let j = 0; j < columns; j += column) {
            const [height, width] = [Math.min(row, rows - i), Math.min(column, columns - j)]
            kernel.forward(
              part(x, i, 0, height, depth),
              part(w, 0, j, depth, width),
              part(bias, 0, j, 1, width),
              part(pieces, i, j, height, width),
              'relu',
            )
          }
        }
        expect(bitsOf(read(pieces))).toEqual(bitsOf(read(whole)))
      }),
      RUNS,
    )
  })
})

const identity = (n: number): number[] => Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0))
