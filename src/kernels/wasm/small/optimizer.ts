import { elementwise } from './elementwise.ts'
import { get, set } from '../text.ts'
import { add, divide, multiply, squareRoot, subtract } from '../vector.ts'

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
