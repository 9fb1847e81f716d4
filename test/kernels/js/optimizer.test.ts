import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { js } from '../../../src/kernels/js/js.ts'
import {
  OPTIMIZERS,
  type Hyperparameters,
  type Kernel,
  type Matrix,
  type Optimizer,
} from '../../../src/kernels/kernel.ts'
import { arena, bitsOf, numbers, part } from '../arena.ts'

const ULP = 2 ** -23
const STEPS = 5
const size = fc.integer({ min: 1, max: 20 })
const seed = fc.integer()
const optimizer = fc.constantFrom(...OPTIMIZERS)

/** Already float32, so that the float64 formula uses the same numbers; epsilon is large enough to matter. */
const hyper: Hyperparameters = {
  learningRate: Math.fround(0.01),
  beta1: Math.fround(0.9),
  beta2: Math.fround(0.999),
  epsilon: Math.fround(0.01),
}

/** Weight, gradient and the optimizer's two states. */
type Tensors = [w: Matrix, gradient: Matrix, first: Matrix, second: Matrix]

function update(
  kernel: Kernel,
  kind: Optimizer,
  [w, gradient, first, second]: Tensors,
  power1: number,
  power2: number,
  use = hyper,
): void {
  if (kind === 'sgd') kernel.sgd(w, gradient, use)
  else if (kind === 'momentum') kernel.momentum(w, gradient, first, use)
  else kernel.adam(w, gradient, first, second, use, power1, power2)
}

/**
 * One weight after the gradients `gs`, in float64, with bounds of the rounding errors that float32 may add: a few
 * ulps of each magnitude that is added on the way, since a sum may cancel.
 */
function inFloat64(kind: Optimizer, w: number, gs: number[]): { w: number; bound: number } {
  const { learningRate, beta1, beta2, epsilon } = hyper
  let [m, v, moved, mSize] = [0, 0, 0, 0]
  for (const [at, g] of gs.entries()) {
    const t = at + 1
    let spread: number
    let step: number
    if (kind === 'sgd') {
      step = learningRate * g
      spread = Math.abs(step)
    } else if (kind === 'momentum') {
      m = beta1 * m + g
      mSize = beta1 * mSize + Math.abs(g)
      step = learningRate * m
      spread = learningRate * mSize
    } else {
      m = beta1 * m + (1 - beta1) * g
      mSize = beta1 * mSize + (1 - beta1) * Math.abs(g)
      v = beta2 * v + (1 - beta2) * g * g
      const scale = learningRate / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon)
      step = scale * m
      spread = scale * mSize
    }
    w -= step
    moved += spread
  }
  return { w, bound: ULP * (STEPS * Math.abs(w) + 16 * moved) }
}

describe('the optimizers of the js kernel', () => {
  it('stay within a few ulp of the float64 formula over several steps and write nothing else', () => {
    fc.assert(
      fc.property(size, size, seed, optimizer, (rows, columns, salt, kind) => {
        const { memory, matrix, write, read, overwritten } = arena()
        const kernel = js(memory)
        const count = rows * columns
        const start = numbers(count, salt)
        const w = matrix(rows, columns, 1, start)
        const gradient = matrix(rows, columns, 2)
        const tensors: Tensors = [w, gradient, matrix(rows, columns, 3), matrix(rows, columns)]
        const history = Array.from({ length: STEPS }, (_, t) => numbers(count, salt + 1 + t))
        let [power1, power2] = [1, 1]
        for (const gradients of history) {
          power1 *= hyper.beta1
          power2 *= hyper.beta2
          write(gradient, gradients)
          update(kernel, kind, tensors, power1, power2)
          expect(read(gradient)).toEqual(gradients)
        }
        const excess = [...read(w)].filter((value, at) => {
          const wanted = inFloat64(
            kind,
            start[at],
            history.map((gradients) => gradients[at]),
          )
          return !(Math.abs(value - wanted.w) <= wanted.bound)
        })
        expect(excess).toEqual([])
        expect(overwritten()).toBe(0)
      }),
    )
  })

  it('give the same bits when the weights are updated in pieces', () => {
    fc.assert(
      fc.property(size, size, size, size, seed, optimizer, (rows, columns, high, wide, salt, kind) => {
        const { memory, matrix, read } = arena()
        const kernel = js(memory)
        const tensors = (padding: number): Tensors => {
          const filled = (s: number): Matrix => matrix(rows, columns, padding, numbers(rows * columns, salt + s))
          const second = matrix(rows, columns, padding, numbers(rows * columns, salt + 3).map(Math.abs))
          return [filled(0), filled(1), filled(2), second]
        }
        const whole = tensors(0)
        const pieces = tensors(3)
        update(kernel, kind, whole, hyper.beta1, hyper.beta2)
        for (let i = 0; i < rows; i += high)
          for (let j = 0; j < columns; j += wide) {
            const of = (tensor: Matrix): Matrix =>
              part(tensor, i, j, Math.min(high, rows - i), Math.min(wide, columns - j))
            const [w, gradient, first, second] = pieces
            update(kernel, kind, [of(w), of(gradient), of(first), of(second)], hyper.beta1, hyper.beta2)
          }
        for (const [at, tensor] of whole.entries()) expect(bitsOf(read(pieces[at]))).toEqual(bitsOf(read(tensor)))
      }),
    )
  })

  it('round the hyperparameters to float32 before use', () => {
    const unrounded = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 0.01 }
    for (const kind of ['sgd', 'momentum', 'adam'] as const) {
      const updated = (use: Hyperparameters): number[] => {
        const { memory, matrix, read } = arena()
        const filled = (salt: number): Matrix => matrix(40, 50, 0, numbers(2000, salt).map(Math.abs))
        const tensors: Tensors = [filled(1), filled(2), filled(3), filled(4)]
        update(js(memory), kind, tensors, 0.5, 0.25, use)
        return tensors.flatMap((tensor) => bitsOf(read(tensor)))
      }
      expect(updated(unrounded)).toEqual(updated(hyper))
    }
  })
})
