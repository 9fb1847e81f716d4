import type { Activation, Matrix } from '../kernel.ts'
import { sigmoid, tanh } from './transcendental.ts'

const { fround } = Math

/** Elements are passed by their index: a number passed to a function that V8 does not inline would be boxed. */
interface Formulas {
  /** values[at] = activation(values[at]) */
  readonly activate: (values: Float32Array, at: number) => void
  /** values[at] = values[at] · activation', from the activation's output values[output]. */
  readonly differentiate: (values: Float32Array, at: number, output: number) => void
}

const FORMULAS: Readonly<Record<Activation, Formulas>> = {
  /** v > 0 ? v : 0, so that NaN and −0 become +0. */
  relu: {
    activate(values, at) {
      if (!(values[at] > 0)) values[at] = 0
    },
    differentiate(values, at, output) {
      if (!(values[output] > 0)) values[at] = 0
    },
  },
  tanh: {
    activate: tanh,
    differentiate(values, at, output) {
      const x = values[output]
      values[at] = fround(values[at] * fround(1 - fround(x * x)))
    },
  },
  sigmoid: {
    activate: sigmoid,
    differentiate(values, at, output) {
      const x = values[output]
      values[at] = fround(values[at] * fround(x * fround(1 - x)))
    },
  },
  identity: { activate() {}, differentiate() {} },
}

/** y[r][j] = activation(fround(y[r][j] + bias[0][j])) in place; shapes y: r×j, bias: 1×j. */
export function activate(floats: Float32Array, y: Matrix, bias: Matrix, activation: Activation): void {
  const formulas = FORMULAS[activation]
  for (let r = 0; r < y.rows; r++) {
    const row = y.offset + r * y.stride
    for (let j = 0; j < y.columns; j++) {
      floats[row + j] = fround(floats[row + j] + floats[bias.offset + j])
      formulas.activate(floats, row + j)
    }
  }
}

/** dx[r][k] = dx[r][k] · activation' in place, computed from the activation's output x; both r×k. */
export function multiplyByDerivative(floats: Float32Array, dx: Matrix, x: Matrix, activation: Activation): void {
  const formulas = FORMULAS[activation]
  for (let r = 0; r < dx.rows; r++) {
    const dxRow = dx.offset + r * dx.stride
    const xRow = x.offset + r * x.stride
    for (let k = 0; k < dx.columns; k++) formulas.differentiate(floats, dxRow + k, xRow + k)
  }
}
