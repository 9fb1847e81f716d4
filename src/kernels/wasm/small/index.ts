import type { Activation, Kernel, Matrix, Optimizer } from '../../kernel.ts'
import { curves, optimizers, type Curve } from './elementwise.ts'
import { losses } from './loss.ts'
import { SOURCE_BYTES, sums } from './sum.ts'
import { FLOAT } from '../text.ts'

/**
 * Everything in a training step that is not a product, as WebAssembly text: the operations of ../../js, rounded as there,
 * so the bits are the same in every arithmetic class.
 */
export const smallOperations: string = [sums, optimizers, losses, curves].join('\n')

type Name = 'sum_rows' | 'sum' | 'cross_entropy' | 'mse' | Optimizer | Curve | `${Curve}_derivative`

/** The functions that a module with `smallOperations` exports. */
export type SmallExports = Readonly<Record<`small_${Name}`, (...operands: number[]) => void>>

export type SmallOperations = Pick<Kernel, 'backwardBias' | 'loss' | 'sum' | 'sgd' | 'momentum' | 'adam'> & {
  /** y = activation(y) in place. */
  activate(y: Matrix, activation: Activation): void
  /** dx = dx · activation' in place, computed from the activation's output x; both r×k. */
  multiplyByDerivative(dx: Matrix, x: Matrix, activation: Activation): void
}

/** Where a matrix starts, and the distance between its rows, in bytes. */
export const start = (matrix: Matrix): number => matrix.offset * FLOAT
export const step = (matrix: Matrix): number => matrix.stride * FLOAT

/**
 * The operations as methods of a kernel; they allocate nothing. `scratch` is a piece of the module's memory that no
 * other thread uses, of at least eight words: the optimizers' numbers are passed there, and the sources of `sum`, two
 * words for each.
 */
export function bindSmallOperations(exports: SmallExports, scratch: Int32Array): SmallOperations {
  const { small_sum_rows: sumRows, small_sum: sum } = exports
  const { small_sgd: sgd, small_momentum: momentum, small_adam: adam } = exports
  const run = { 'cross-entropy': exports.small_cross_entropy, mse: exports.small_mse }
  const activations = { relu: exports.small_relu, tanh: exports.small_tanh, sigmoid: exports.small_sigmoid }
  const derivatives = {
    relu: exports.small_relu_derivative,
    tanh: exports.small_tanh_derivative,
    sigmoid: exports.small_sigmoid_derivative,
  }
  const at = scratch.byteOffset
  const numbers = new Float32Array(scratch.buffer, at, scratch.length)
  const mostSources = Math.floor(scratch.byteLength / SOURCE_BYTES)

  return {
    backwardBias(dy, db, accumulate) {
      sumRows(dy.rows, dy.columns, start(dy), step(dy), start(db), accumulate ? 1 : 0)
    },

    loss(kind, y, labels, dy, rowLosses, scale) {
      run[kind](
        y.rows, y.columns, start(y), step(y), start(labels), step(labels),
        start(dy), step(dy), start(rowLosses), step(rowLosses), scale,
      ) // prettier-ignore
    },

    sum(sources, target) {
      const count = sources.length
      if (count > mostSources)
        throw new RangeError(`sum of ${count} sources: the kernel's scratch memory has room for ${mostSources}`)
      for (let s = 0; s < count; s++) {
        scratch[2 * s] = start(sources[s])
        scratch[2 * s + 1] = step(sources[s])
      }
      sum(target.rows, target.columns, at, count, start(target), step(target))
    },

    sgd(w, g, hyper) {
      numbers[0] = hyper.learningRate
      sgd(w.rows, w.columns, start(w), step(w), start(g), step(g), at)
    },

    momentum(w, g, v, hyper) {
      numbers[0] = hyper.learningRate
      numbers[1] = hyper.beta1
      momentum(w.rows, w.columns, start(w), step(w), start(g), step(g), start(v), step(v), at)
    },

    adam(w, g, m, v, hyper, power1, power2) {
      numbers[0] = hyper.learningRate
      numbers[1] = hyper.beta1
      numbers[2] = hyper.beta2
      numbers[3] = hyper.epsilon
      numbers[4] = 1 - numbers[1]
      numbers[5] = 1 - numbers[2]
      numbers[6] = 1 - power1
      numbers[7] = 1 - power2
      adam(w.rows, w.columns, start(w), step(w), start(g), step(g), start(m), step(m), start(v), step(v), at)
    },

    activate(y, activation) {
      if (activation !== 'identity') activations[activation](y.rows, y.columns, start(y), step(y))
    },

    multiplyByDerivative(dx, x, activation) {
      if (activation === 'identity') return
      derivatives[activation](dx.rows, dx.columns, start(dx), step(dx), start(x), step(x))
    },
  }
}
