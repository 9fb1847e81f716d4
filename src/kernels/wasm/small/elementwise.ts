import { ACTIVATIONS, type Activation } from '../../kernel.ts'
import { alongColumns, load, move, parametersOf, SIDE_BY_SIDE, store, type Piece } from './columns.ts'
import { hyperbolicTangent, logistic, temporaries } from './transcendental.ts'
import { advance, constant, exportedFunction, FLOAT, get, repeat, set, times } from '../text.ts'
import { add, all, and, divide, isLess, larger, multiply, squareRoot, subtract } from '../vector.ts'

interface Elementwise {
  readonly name: string
  /** Matrices of the same shape. In the formula, local `$w0` holds a vector of matrix `w`, `$w1` the one beside it. */
  readonly reads: readonly string[]
  /** Those whose new values the formula leaves in the same locals. */
  readonly writes: readonly string[]
  /** Vector locals that are set to the floats at the address `$numbers`, a further parameter. */
  readonly numbers?: readonly string[]
  /** Further vector locals of the formula, whose names end in `u`. */
  readonly temporaries?: ((u: number) => readonly string[]) | undefined
  readonly formula: (u: number) => string
}

const each = (matrices: readonly string[], line: (matrix: string) => string): string => matrices.map(line).join('\n')
const value = (matrix: string, u: number): string => `$${matrix}${u}`

/**
 * The function `name`(rows, columns, then address and bytes between rows of each matrix, then the address of the
 * numbers), which replaces each element by a formula of the elements in the same place. If the rows of all matrices are
 * contiguous, they become one long row.
 */
export function elementwise({ name, reads, writes, numbers = [], temporaries: more, formula }: Elementwise): string {
  const vectors = Array.from({ length: SIDE_BY_SIDE }, (_, u) => [
    ...reads.map((matrix) => value(matrix, u)),
    ...(more?.(u) ?? []),
  ])
  const piece = (of: Piece): string => `
    ${each(reads, (matrix) => times(of.vectors, (u) => set(value(matrix, u), load(of, `$${matrix}At`, u))))}
    ${times(of.vectors, formula)}
    ${each(writes, (matrix) => times(of.vectors, (u) => store(of, `$${matrix}At`, get(value(matrix, u)), u)))}
    ${move(of, ...reads.map((matrix) => `$${matrix}At`))}`
  const gapless = reads.map(
    (matrix) => `(i32.eq (local.get $${matrix}Step) (i32.mul (local.get $columns) ${constant(FLOAT)}))`,
  )
  return exportedFunction(
    name,
    [...parametersOf(...reads), ...(numbers.length > 0 ? ['$numbers i32'] : [])],
    { integers: ['$left', ...reads.map((matrix) => `$${matrix}At`)], vectors: [...numbers, ...vectors.flat()] },
    `${times(numbers.length, (n) => set(numbers[n], `(v128.load32_splat offset=${n * FLOAT} (local.get $numbers))`))}
    (if ${gapless.reduce((a, b) => `(i32.and ${a} ${b})`)}
      (then
        (local.set $columns (i32.mul (local.get $columns) (local.get $rows)))
        (local.set $rows (i32.const 1))))
    ${repeat('$row', '$rows')`${each(reads, (matrix) => set(`$${matrix}At`, get(`$${matrix}`)))}
       ${alongColumns(piece)}
       ${each(reads, (matrix) => advance(`$${matrix}`, get(`$${matrix}Step`)))}`}`,
  )
}

/** An activation that computes something. */
export type Curve = Exclude<Activation, 'identity'>
const CURVES = ACTIVATIONS.filter((activation) => activation !== 'identity')

/** Code that sets the local x to activation(x), operation for operation as in ../../js/activation.ts. */
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

// The formulas of ../../js/optimizer.ts, operation for operation. Their numbers lie in memory, already rounded: a number
// that is not an integer would be boxed when JavaScript passes it to a call.

const sgd = elementwise({
  name: 'small_sgd',
  reads: ['w', 'g'],
  writes: ['w'],
  numbers: ['$rate'],
  formula: (u) => set(`$w${u}`, subtract(get(`$w${u}`), multiply(get('$rate'), get(`$g${u}`)))),
})

const momentum = elementwise({
  name: 'small_momentum',
  reads: ['w', 'g', 'v'],
  writes: ['v', 'w'],
  numbers: ['$rate', '$beta1'],
  formula: (u) => `
  ${set(`$v${u}`, add(multiply(get('$beta1'), get(`$v${u}`)), get(`$g${u}`)))}
  ${set(`$w${u}`, subtract(get(`$w${u}`), multiply(get('$rate'), get(`$v${u}`))))}`,
})

const adam = elementwise({
  name: 'small_adam',
  reads: ['w', 'g', 'm', 'v'],
  writes: ['m', 'v', 'w'],
  numbers: ['$rate', '$beta1', '$beta2', '$epsilon', '$rest1', '$rest2', '$correction1', '$correction2'],
  formula: (u) => {
    const [w, g, m, v] = [`$w${u}`, `$g${u}`, `$m${u}`, `$v${u}`]
    const root = squareRoot(divide(get(v), get('$correction2')))
    const numerator = multiply(get('$rate'), divide(get(m), get('$correction1')))
    return `
    ${set(m, add(multiply(get('$beta1'), get(m)), multiply(get('$rest1'), get(g))))}
    ${set(v, add(multiply(get('$beta2'), get(v)), multiply(get('$rest2'), multiply(get(g), get(g)))))}
    ${set(w, subtract(get(w), divide(numerator, add(root, get('$epsilon')))))}`
  },
})

export const optimizers = [sgd, momentum, adam].join('\n')
