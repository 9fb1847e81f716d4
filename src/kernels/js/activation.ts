import type { Activation, Matrix } from '../kernel.ts'
import { sigmoid, tanh } from './transcendental.ts'

const { fround } = Math

/**
 * y[r][j] = activation(fround(y[r][j] + bias[0][j])) in place; shapes y: r×j, bias: 1×j.
 * relu: v > 0 ? v : 0 (so NaN and −0 become +0); tanh and sigmoid: those of transcendental.ts.
 */
export function activate(floats: Float32Array, y: Matrix, bias: Matrix, activation: Activation): void {
  const relu = activation === 'relu'
  const hyperbolic = activation === 'tanh'
  const logistic = activation === 'sigmoid'
  for (let r = 0; r < y.rows; r++) {
    const row = y.offset + r * y.stride
    for (let j = 0; j < y.columns; j++) {
      const v = fround(floats[row + j] + floats[bias.offset + j])
      floats[row + j] = relu && !(v > 0) ? 0 : v
      if (hyperbolic) tanh(floats, row + j)
      else if (logistic) sigmoid(floats, row + j)
    }
  }
}

/**
 * dx[r][k] = dx[r][k] · activation' in place, the derivative taken from the activation's output x; both r×k.
 * relu: x > 0 ? v : 0; tanh: fround(v·fround(1 − fround(x·x))); sigmoid: fround(v·fround(x·fround(1 − x))).
 */
export function multiplyByDerivative(
  floats: Float32Array,
  dx: Matrix,
  x: Matrix,
  activation: Activation,
): void {
  if (activation === 'identity') return
  const relu = activation === 'relu'
  const hyperbolic = activation === 'tanh'
  for (let r = 0; r < dx.rows; r++) {
    const dxRow = dx.offset + r * dx.stride
    const xRow = x.offset + r * x.stride
    for (let k = 0; k < dx.columns; k++) {
      const v = floats[dxRow + k]
      const output = floats[xRow + k]
      if (relu) floats[dxRow + k] = output > 0 ? v : 0
      else if (hyperbolic) floats[dxRow + k] = fround(v * fround(1 - fround(output * output)))
      else floats[dxRow + k] = fround(v * fround(output * fround(1 - output)))
    }
  }
}
