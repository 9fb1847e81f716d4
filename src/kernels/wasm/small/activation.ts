import type { Activation } from '../../kernel.ts'
import { get } from '../text.ts'
import { elementwise } from './elementwise.ts'
import { hyperbolicTangent, logistic, temporaries } from './transcendental.ts'
import { add, all, and, isLess, larger, multiply, set, subtract } from './vector.ts'

/** The activations that compute something. */
export const CURVES = ['relu', 'tanh', 'sigmoid'] as const satisfies Activation[]
type Curve = (typeof CURVES)[number]

/** x = activation(x) */
const CODE: Readonly<Record<Curve, (x: string, u: number) => string>> = {
  relu: (x) => set(x, larger(all(0), get(x))),
  tanh: hyperbolicTangent,
  sigmoid: logistic,
}

/** The gradient d times the derivative, by the activation's output x. */
const DERIVATIVE: Readonly<Record<Curve, (d: string, x: string) => string>> = {
  relu: (d, x) => and(d, isLess(all(0), x)),
  tanh: (d, x) => multiply(d, subtract(all(1), multiply(x, x))),
  sigmoid: (d, x) => multiply(d, multiply(x, subtract(all(1), x))),
}

const used = (curve: Curve) => (u: number) => (curve === 'relu' ? [] : temporaries(u))

/** y = activation(y), as `small_tanh`, and y = activation(y + bias), as `small_tanh_bias`; the latter of `identity` too. */
const activate = (curve: Curve): string =>
  elementwise({
    name: `small_${curve}`,
    reads: ['y'],
    writes: ['y'],
    temporaries: used(curve),
    formula: (u) => CODE[curve](`$y${u}`, u),
  })

const activateBiased = (activation: Activation): string =>
  elementwise({
    name: `small_${activation}_bias`,
    reads: ['y', 'bias'],
    writes: ['y'],
    temporaries: activation === 'identity' ? () => [] : used(activation),
    formula: (u) =>
      set(`$y${u}`, add(get(`$y${u}`), get(`$bias${u}`))) +
      (activation === 'identity' ? '' : CODE[activation](`$y${u}`, u)),
  })

/** dx = dx · activation'(x), as `small_tanh_derivative`. */
const multiplyByDerivative = (curve: Curve): string =>
  elementwise({
    name: `small_${curve}_derivative`,
    reads: ['dx', 'x'],
    writes: ['dx'],
    formula: (u) => set(`$dx${u}`, DERIVATIVE[curve](get(`$dx${u}`), get(`$x${u}`))),
  })

export const activations = [
  ...CURVES.map(activate),
  ...CURVES.map(activateBiased),
  activateBiased('identity'),
  ...CURVES.map(multiplyByDerivative),
].join('\n')
