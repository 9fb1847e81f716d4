import { activate, multiplyByDerivative } from './activation.ts'
import { LOSS } from './loss.ts'
import { adam, momentum, sgd } from './optimizer.ts'
import { multiply } from './product.ts'
import { sumMatrices, sumRows } from './sum.ts'
import type { Kernel } from '../kernel.ts'

/**
 * The readable kernel, and the oracle of the others: plain TypeScript on one Float32Array over `memory`, which must not
 * grow afterwards. Arithmetic class `f32`.
 *
 * `Math.fround` around a product, sum, quotient or root gives exactly the float32 operation: float64 has more than twice
 * the digits, so rounding its result a second time changes nothing (Figueroa 1995). exp, log, tanh and sigmoid are
 * sequences of such operations, since engines round those of `Math` differently.
 *
 * No method allocates: everything below works on integers and on the view. No float is passed to a function that V8
 * might not inline, since it would be boxed there.
 */
export const js = (memory: WebAssembly.Memory): Kernel => {
  const floats = new Float32Array(memory.buffer)
  const lanes = new Float32Array(4)
  return {
    name: 'js',
    arithmetic: 'f32',

    forward(x, w, bias, y, activation) {
      multiply(floats, x, false, w, false, y, false)
      activate(floats, y, bias, activation)
    },

    backwardInput(dy, w, x, dx, activation) {
      multiply(floats, dy, false, w, true, dx, false)
      multiplyByDerivative(floats, dx, x, activation)
    },

    /** Nothing to do: this kernel reads weights where they lie. */
    pack() {},

    backwardWeight(x, dy, dw, accumulate) {
      multiply(floats, x, true, dy, false, dw, accumulate)
    },

    backwardWeightSgd(x, dy, dw, w, accumulate, hyper) {
      multiply(floats, x, true, dy, false, dw, accumulate)
      sgd(floats, w, dw, hyper)
    },

    backwardBias(dy, db, accumulate) {
      sumRows(floats, dy, db, accumulate)
    },

    loss(kind, y, labels, dy, losses, scale) {
      LOSS[kind](floats, lanes, y, labels, dy, losses, scale)
    },

    sum(sources, target) {
      sumMatrices(floats, sources, target)
    },

    sgd(w, gradient, hyper) {
      sgd(floats, w, gradient, hyper)
    },

    momentum(w, gradient, velocity, hyper) {
      momentum(floats, w, gradient, velocity, hyper)
    },

    adam(w, gradient, first, second, hyper, power1, power2) {
      adam(floats, w, gradient, first, second, hyper, power1, power2)
    },
  }
}
