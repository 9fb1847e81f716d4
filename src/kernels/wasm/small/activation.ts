import { ACTIVATIONS, type Activation } from '../../kernel.ts'
import { elementwise } from './elementwise.ts'
import { hyperbolicTangent, logistic, temporaries } from './transcendental.ts'
import { get, set } from '../text.ts'
import { all, and, isLess, larger, multiply, subtract } from '../vector.ts'

/** An activation that computes something. */
export type Curve = Exclude<Activation, 'identity'>
const CURVES = ACTIVATIONS.filter((activation) => activation !== 'identity')

// The formulas of ../../js/activation.ts, operation for operation, on vectors.

/** Code that sets the local x to activation(x). */
const ACTIVATE: Readonly<Record<Curve, (x: string, u: number) => string>> = {
  relu: (x) => set(x, larger(all(0), get(x))),
  tanh: hyperbolicTangent,
  sigmoid: logistic,
}

/** The gradient d times the derivative, computed from the activation's output x. */
const DIFFERENTIATE: Readonly<Record<Curve, (d: string, x: string) => string>> = {
  relu: (d, x) => and(d, isLess(all(0), x)),
  tanh: (d, x) => multiply(d, subtract(all(1), multiply(x, x))),
  sigmoid: (d, x) => multiply(d, multiply(x, subtract(all(1), x))),
}

/** y = activation(y), as `small_tanh`. */
const activate = (curve: Curve): string =>
  elementwise({
    name: `small_${curve}`,
    reads: ['y'],
    writes: ['y'],
    temporaries: curve === 'relu' ? undefined : temporaries,
    formula: (u) => ACTIVATE[curve](`$y${u}`, u),
  })

/** dx = dx · activation'(x), as `small_tanh_derivative`. */
const multiplyByDerivative = (curve: Curve): string =>
  elementwise({
    name: `small_${curve}_derivative`,
    reads: ['dx', 'x'],
    writes: ['dx'],
    formula: (u) => set(`$dx${u}`, DIFFERENTIATE[curve](get(`$dx${u}`), get(`$x${u}`))),
  })

export const curves = [...CURVES.map(activate), ...CURVES.map(multiplyByDerivative)].join('\n')
