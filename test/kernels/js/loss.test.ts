import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { js } from '../../../src/kernels/js/js.ts'
import { exp, log } from '../../../src/kernels/js/transcendental.ts'
import { LOSSES, type Loss } from '../../../src/kernels/kernel.ts'
import { arena, bitsOf, numbers, part, randomSource } from '../arena.ts'
import { apply } from './apply.ts'

const { fround } = Math
const size = fc.integer({ min: 1, max: 40 })
const seed = fc.integer()
const kind = fc.constantFrom(...LOSSES)

/** The stated summation tree: lane l adds columns l, l + 4, … in ascending order, then (l0 + l1) + (l2 + l3). */
function inFourLanes(values: number[]): number {
  const [l0, l1, l2, l3] = [0, 1, 2, 3].map((lane) =>
    values.filter((_, j) => j % 4 === lane).reduce((sum, v) => fround(sum + v), 0),
  )
  return fround(fround(l0 + l1) + fround(l2 + l3))
}

/** Loss and gradient of one row in the stated rounding order. */
function ofRow(y: number[], label: number, loss: Loss, scale: number): { loss: number; dy: number[] } {
  const target = y.map((_, j) => (j === label ? 1 : 0))
  if (loss === 'mse') {
    const d = y.map((v, j) => fround(v - target[j]))
    return {
      loss: fround(0.5 * inFourLanes(d.map((v) => fround(v * v)))),
      dy: d.map((v) => fround(v * scale)),
    }
  }
  const largest = Math.max(...y)
  const e = y.map((v) => apply(exp, fround(v - largest)))
  const sum = inFourLanes(e)
  return {
    loss: fround(apply(log, sum) - fround(y[label] - largest)),
    dy: e.map((v, j) => fround(fround(fround(v / sum) - target[j]) * scale)),
  }
}

function example(rows: number, columns: number, salt: number) {
  const memory = arena()
  const uniform = randomSource(salt)
  const labels = Float32Array.from({ length: rows }, () => Math.floor(uniform() * columns))
  return {
    ...memory,
    labelValues: labels,
    y: memory.matrix(rows, columns, 1, numbers(rows * columns, salt)),
    labels: memory.matrix(rows, 1, 2, labels),
    dy: memory.matrix(rows, columns, 3),
    losses: memory.matrix(rows, 1, 0),
  }
}

describe('the loss of the js kernel', () => {
  it('equals the stated formulas and summation tree to the bit, row by row', () => {
    fc.assert(
      fc.property(size, size, seed, kind, size, (rows, columns, salt, loss, batch) => {
        const { memory, read, overwritten, y, labels, dy, losses, labelValues } = example(rows, columns, salt)
        const scale = fround(1 / batch)
        js(memory).loss(loss, y, labels, dy, losses, scale)
        const ys = [...read(y)]
        const wanted = [...labelValues].map((label, r) =>
          ofRow(ys.slice(r * columns, (r + 1) * columns), label, loss, scale),
        )
        expect(bitsOf(read(losses))).toEqual(bitsOf(wanted.map((row) => row.loss)))
        expect(bitsOf(read(dy))).toEqual(bitsOf(wanted.flatMap((row) => row.dy)))
        expect(overwritten()).toBe(0)
      }),
    )
  })

  it('does not change a bit when the rows are split', () => {
    fc.assert(
      fc.property(size, size, size, seed, kind, (rows, columns, microbatch, salt, loss) => {
        const { memory, matrix, read, y, labels, dy, losses } = example(rows, columns, salt)
        const [dyPieces, lossPieces] = [matrix(rows, columns), matrix(rows, 1)]
        const kernel = js(memory)
        const scale = fround(1 / rows)
        kernel.loss(loss, y, labels, dy, losses, scale)
        for (let r = 0; r < rows; r += microbatch) {
          const h = Math.min(microbatch, rows - r)
          kernel.loss(
            loss,
            part(y, r, 0, h, columns),
            part(labels, r, 0, h, 1),
            part(dyPieces, r, 0, h, columns),
            part(lossPieces, r, 0, h, 1),
            scale,
          )
        }
        expect(bitsOf(read(dyPieces))).toEqual(bitsOf(read(dy)))
        expect(bitsOf(read(lossPieces))).toEqual(bitsOf(read(losses)))
      }),
    )
  })

  it('stays finite for outputs far beyond the range of exp', () => {
    const { memory, matrix, read } = arena()
    const y = matrix(2, 3, 0, [1e30, -1e30, 0, 2000, 1999, -2000])
    const labels = matrix(2, 1, 0, [0, 1])
    const [dy, losses] = [matrix(2, 3), matrix(2, 1)]
    js(memory).loss('cross-entropy', y, labels, dy, losses, 1)
    const p = 1 / (1 + Math.exp(-1))
    expect([...read(losses)]).toEqual([0, expect.closeTo(-Math.log(1 - p), 6)])
    expect([...read(dy)]).toEqual([0, 0, 0, expect.closeTo(p, 6), expect.closeTo(-p, 6), 0])
  })
})
