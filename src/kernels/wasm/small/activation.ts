import { ACTIVATIONS, type Activation } from '../../kernel.ts'
import { get } from '../text.ts'
import { elementwise } from './elementwise.ts'
import { hyperbolicTangent, logistic, temporaries } from './transcendental.ts'
import { add, all, and, isLess, larger, multiply, set, subtract } from './vector.ts'

/** An activation that computes something. */
export type Curve = Exclude<Activation, 'identity'>
export const CURVES = ACTIVATIONS.filter((activation): activation is Curve => activation !== 'identity')

/** The formulas of ../../js/activation.ts, operation for operation, on vectors. */
interface Formulas {
  /** Sets the local x to activation(x). */
  readonly activate: (x: string, u: number) => string
  /** The gradient d times the derivative, computed from the activation's output x. */
  readonly differentiate: (d: string, x: string) => string
  /** Locals that `activate` needs for itself. */
  readonly temporaries?: (u: number) => readonly string[]
}

const FORMULAS: Readonly<Record<Curve, Formulas>> = {
  relu: {
    activate: (x) => set(x, larger(all(0), get(x))),
    differentiate: (d, x) => and(d, isLess(all(0), x)),
  },
  tanh: {
    activate: hyperbolicTangent,
    differentiate: (d, x) => multiply(d, subtract(all(1), multiply(x, x))),
    temporaries,
  },
  sigmoid: {
    activate: logistic,
    differentiate: (d, x) => multiply(d, multiply(x, subtract(all(1), x))),
    temporaries,
  },
}

/** y = activation(y), as `small_tanh`. */
const activate = (curve: Curve): string =>
  elementwise({
    name: `small_${curve}`,
    reads: ['y'],
    writes: ['y'],
    temporaries: FORMULAS[curve].temporaries,
    formula: (u) => FORMULAS[curve].activate(`$y${u}`, u),
  })

/** y = activation(y + bias), as `small_tanh_bias`. */
const activateBiased = (activation: Activation): string => {
  const formulas = activation === 'identity' ? undefined : FORMULAS[activation]
  return elementwise({
    name: `small_${activation}_bias`,
    reads: ['y', 'bias'],
    writes: ['y'],
    temporaries: formulas?.temporaries,
    formula: (u) => set(`$y${u}`, add(get(`$y${u}`), get(`$bias${u}`))) + (formulas?.activate(`$y${u}`, u) ?? ''),
  })
}

/** dx = dx · activation'(x), as `small_tanh_derivative`. */
const multiplyByDerivative = (curve: Curve): string =>
  elementwise({
    name: `small_${curve}_derivative`,
    reads: ['dx', 'x'],
    writes: ['dx'],
    formula: (u) => set(`$dx${u}`, FORMULAS[curve].differentiate(get(`$dx${u}`), get(`$x${u}`))),
  })

export const activations = [
  ...CURVES.map(activate),
  ...ACTIVATIONS.map(activateBiased),
  ...CURVES.map(multiplyByDerivative),
].join('\n')
