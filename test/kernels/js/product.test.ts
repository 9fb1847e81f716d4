import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { js } from '../../../src/kernels/js/js.ts'
import { sigmoid, tanh } from '../../../src/kernels/js/transcendental.ts'
import { ACTIVATIONS, type Activation } from '../../../src/kernels/kernel.ts'
import { arena, bitsOf, numbers, part } from '../arena.ts'
import { apply } from './apply.ts'

const { fround } = Math

const size = fc.integer({ min: 1, max: 40 })
const padding = fc.integer({ min: 0, max: 5 })
const seed = fc.integer()
const activation = fc.constantFrom(...ACTIVATIONS)

/** One chain per element of the r×j product, over k terms a(r, k)·b(k, j). */
function naive(
  rows: number,
  columns: number,
  depth: number,
  start: (r: number, j: number) => number,
  a: (r: number, k: number) => number,
  b: (k: number, j: number) => number,
): number[] {
  const out: number[] = []
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < columns; j++) {
      let chain = start(r, j)
      for (let k = 0; k < depth; k++) chain = fround(chain + fround(a(r, k) * b(k, j)))
      out.push(chain)
    }
  }
  return out
}

function activated(v: number, kind: Activation): number {
  switch (kind) {
    case 'relu':
      return v > 0 ? v : 0
    case 'tanh':
      return apply(tanh, v)
    case 'sigmoid':
      return apply(sigmoid, v)
    case 'identity':
      return v
  }
}

function timesDerivative(v: number, x: number, kind: Activation): number {
  switch (kind) {
    case 'relu':
      return x > 0 ? v : 0
    case 'tanh':
      return fround(v * fround(1 - fround(x * x)))
    case 'sigmoid':
      return fround(v * fround(x * fround(1 - x)))
    case 'identity':
      return v
  }
}

/** Cuts `total` into pieces of at most `piece`: pairs of start and length. */
function* pieces(total: number, piece: number): Generator<[number, number]> {
  for (let start = 0; start < total; start += piece) yield [start, Math.min(piece, total - start)]
}

describe('the products of the js kernel', () => {
  it('forward equals the naive chain to the bit and writes nothing but y', () => {
    fc.assert(
      fc.property(size, size, size, padding, seed, activation, (rows, depth, columns, pad, salt, kind) => {
        const { memory, matrix, read, overwritten } = arena()
        const x = matrix(rows, depth, pad, numbers(rows * depth, salt))
        const w = matrix(depth, columns, pad + 1, numbers(depth * columns, salt + 1))
        const bias = matrix(1, columns, 0, numbers(columns, salt + 2))
        const y = matrix(rows, columns, pad, numbers(rows * columns, salt + 3))
        const [xs, ws, biases] = [read(x), read(w), read(bias)]
        js(memory).forward(x, w, bias, y, kind)
        const sums = naive(
          rows,
          columns,
          depth,
          () => 0,
          (r, k) => xs[r * depth + k],
          (k, j) => ws[k * columns + j],
        )
        const wanted = sums.map((sum, at) => activated(fround(sum + biases[at % columns]), kind))
        expect(bitsOf(read(y))).toEqual(bitsOf(wanted))
        expect([read(x), read(w), read(bias)]).toEqual([xs, ws, biases])
        expect(overwritten()).toBe(0)
      }),
    )
  })

  it('backwardInput equals the naive chain to the bit and writes nothing but dx', () => {
    fc.assert(
      fc.property(size, size, size, padding, seed, activation, (rows, depth, columns, pad, salt, kind) => {
        const { memory, matrix, read, overwritten } = arena()
        const dy = matrix(rows, columns, pad, numbers(rows * columns, salt))
        const w = matrix(depth, columns, pad + 1, numbers(depth * columns, salt + 1))
        const x = matrix(rows, depth, 0, numbers(rows * depth, salt + 2))
        const dx = matrix(rows, depth, pad, numbers(rows * depth, salt + 3))
        const [dys, ws, xs] = [read(dy), read(w), read(x)]
        js(memory).backwardInput(dy, w, x, dx, kind)
        const sums = naive(
          rows,
          depth,
          columns,
          () => 0,
          (r, j) => dys[r * columns + j],
          (j, k) => ws[k * columns + j],
        )
        const wanted = sums.map((sum, at) => timesDerivative(sum, xs[at], kind))
        expect(bitsOf(read(dx))).toEqual(bitsOf(wanted))
        expect([read(dy), read(w), read(x)]).toEqual([dys, ws, xs])
        expect(overwritten()).toBe(0)
      }),
    )
  })

  it('backwardWeight and backwardBias equal the naive chains to the bit, from +0 or from what is there', () => {
    fc.assert(
      fc.property(size, size, size, padding, seed, fc.boolean(), (rows, depth, columns, pad, salt, more) => {
        const { memory, matrix, read, overwritten } = arena()
        const x = matrix(rows, depth, pad, numbers(rows * depth, salt))
        const dy = matrix(rows, columns, pad + 1, numbers(rows * columns, salt + 1))
        const dw = matrix(depth, columns, pad, numbers(depth * columns, salt + 2))
        const db = matrix(1, columns, 0, numbers(columns, salt + 3))
        const [xs, dys, dws, dbs] = [read(x), read(dy), read(dw), read(db)]
        const kernel = js(memory)
        kernel.backwardWeight(x, dy, dw, more)
        kernel.backwardBias(dy, db, more)
        const dyAt = (r: number, j: number): number => dys[r * columns + j]
        const wantedWeight = naive(
          depth,
          columns,
          rows,
          (k, j) => (more ? dws[k * columns + j] : 0),
          (k, r) => xs[r * depth + k],
          dyAt,
        )
        const wantedBias = naive(
          1,
          columns,
          rows,
          (_, j) => (more ? dbs[j] : 0),
          () => 1,
          dyAt,
        )
        expect(bitsOf(read(dw))).toEqual(bitsOf(wantedWeight))
        expect(bitsOf(read(db))).toEqual(bitsOf(wantedBias))
        expect([read(x), read(dy)]).toEqual([xs, dys])
        expect(overwritten()).toBe(0)
      }),
    )
  })
})

describe('splitting the products of the js kernel', () => {
  it('into tiles of rows and columns of the result never changes a bit', () => {
    fc.assert(
      fc.property(size, size, size, size, size, seed, activation, (rows, depth, columns, high, wide, salt, kind) => {
        const { memory, matrix, read } = arena()
        const x = matrix(rows, depth, 1, numbers(rows * depth, salt))
        const w = matrix(depth, columns, 2, numbers(depth * columns, salt + 1))
        const bias = matrix(1, columns, 0, numbers(columns, salt + 2))
        const dy = matrix(rows, columns, 3, numbers(rows * columns, salt + 3))
        const [y, yTiled] = [matrix(rows, columns), matrix(rows, columns, 1)]
        const [dx, dxTiled] = [matrix(rows, depth), matrix(rows, depth, 1)]
        const [dw, dwTiled] = [matrix(depth, columns), matrix(depth, columns, 1)]
        const kernel = js(memory)
        kernel.forward(x, w, bias, y, kind)
        kernel.backwardInput(dy, w, x, dx, kind)
        kernel.backwardWeight(x, dy, dw, false)

        for (const [r, h] of pieces(rows, high)) {
          const [xPart, dyPart] = [part(x, r, 0, h, depth), part(dy, r, 0, h, columns)]
          for (const [j, n] of pieces(columns, wide))
            kernel.forward(xPart, part(w, 0, j, depth, n), part(bias, 0, j, 1, n), part(yTiled, r, j, h, n), kind)
          for (const [k, n] of pieces(depth, wide))
            kernel.backwardInput(
              dyPart,
              part(w, k, 0, n, columns),
              part(x, r, k, h, n),
              part(dxTiled, r, k, h, n),
              kind,
            )
        }
        for (const [k, h] of pieces(depth, high))
          for (const [j, n] of pieces(columns, wide))
            kernel.backwardWeight(part(x, 0, k, rows, h), part(dy, 0, j, rows, n), part(dwTiled, k, j, h, n), false)
        expect(bitsOf(read(yTiled))).toEqual(bitsOf(read(y)))
        expect(bitsOf(read(dxTiled))).toEqual(bitsOf(read(dx)))
        expect(bitsOf(read(dwTiled))).toEqual(bitsOf(read(dw)))
      }),
    )
  })

  it('into microbatches whose gradients go on accumulating never changes a bit', () => {
    fc.assert(
      fc.property(size, size, size, size, seed, (rows, depth, columns, microbatch, salt) => {
        const { memory, matrix, read } = arena()
        const x = matrix(rows, depth, 1, numbers(rows * depth, salt))
        const dy = matrix(rows, columns, 2, numbers(rows * columns, salt + 1))
        const [dw, dwPieces] = [matrix(depth, columns), matrix(depth, columns)]
        const [db, dbPieces] = [matrix(1, columns), matrix(1, columns)]
        const kernel = js(memory)
        kernel.backwardWeight(x, dy, dw, false)
        kernel.backwardBias(dy, db, false)
        for (const [r, h] of pieces(rows, microbatch)) {
          const dyPart = part(dy, r, 0, h, columns)
          kernel.backwardWeight(part(x, r, 0, h, depth), dyPart, dwPieces, r > 0)
          kernel.backwardBias(dyPart, dbPieces, r > 0)
        }
        expect(bitsOf(read(dwPieces))).toEqual(bitsOf(read(dw)))
        expect(bitsOf(read(dbPieces))).toEqual(bitsOf(read(db)))
      }),
    )
  })
})

describe('the sum of the js kernel', () => {
  it('adds the sources in their order, to the bit, whichever of them is the target', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 6 }), seed, (rows, columns, count, salt) => {
        for (let target = 0; target < count; target++) {
          const { memory, matrix, read, overwritten } = arena()
          const sources = Array.from({ length: count }, (_, s) =>
            matrix(rows, columns, s, numbers(rows * columns, salt + s)),
          )
          const wanted = sources.map(read).reduce((sum, next) => sum.map((v, at) => fround(v + next[at])))
          js(memory).sum(sources, sources[target])
          expect(bitsOf(read(sources[target]))).toEqual(bitsOf(wanted))
          expect(overwritten()).toBe(0)
        }
      }),
      { numRuns: 30 },
    )
  })
})
