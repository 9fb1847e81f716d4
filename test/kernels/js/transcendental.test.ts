import { describe, expect, it } from 'vitest'
import { exp, log, sigmoid, tanh } from '../../../src/kernels/js/transcendental.ts'
import { apply } from './apply.ts'

/** Prime, so that all exponents and all low bits occur: 1.2 million of the 2³² float32. */
const STRIDE = 3593

/** A unit in the last place of the float32 next to a real number. */
const unit = (value: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value) || 2 ** -126))) - 23)

const OVERFLOW = 2 ** 128 - 2 ** 103

const logistic = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))

const functions = [
  { name: 'exp', replace: exp, exact: Math.exp, ulp: 1.02 },
  { name: 'log', replace: log, exact: Math.log, ulp: 1 },
  { name: 'tanh', replace: tanh, exact: Math.tanh, ulp: 2.61 },
  { name: 'sigmoid', replace: sigmoid, exact: logistic, ulp: 2.41 },
]

/** Arguments and their values. */
const LIMITS = [
  {
    name: 'exp',
    replace: exp,
    pairs: [
      [NaN, NaN],
      [Infinity, Infinity],
      [-Infinity, 0],
      [0, 1],
      [-0, 1],
      [89, Infinity],
      [-104, 0],
    ],
  },
  {
    name: 'log',
    replace: log,
    pairs: [
      [NaN, NaN],
      [Infinity, Infinity],
      [-Infinity, NaN],
      [-1, NaN],
      [0, -Infinity],
      [-0, -Infinity],
      [1, 0],
    ],
  },
  {
    name: 'tanh',
    replace: tanh,
    pairs: [
      [NaN, NaN],
      [Infinity, 1],
      [-Infinity, -1],
      [0, 0],
      [-0, -0],
      [2 ** -149, 2 ** -149],
      [10, 1],
    ],
  },
  {
    name: 'sigmoid',
    replace: sigmoid,
    pairs: [
      [NaN, NaN],
      [Infinity, 1],
      [-Infinity, 0],
      [0, 0.5],
      [-0, 0.5],
      [100, 1],
      [-104, 0],
    ],
  },
]

describe('the float32 functions of the kernels', () => {
  it.each(functions)('$name is within $ulp ulp of float64 for arguments of all magnitudes', (of) => {
    const argument = new Float32Array(1)
    const bits = new Uint32Array(argument.buffer)
    const wrong: number[] = []
    let largest = 0
    for (let pattern = 0; pattern < 2 ** 32; pattern += STRIDE) {
      bits[0] = pattern
      const [x] = argument
      const wanted = of.exact(x)
      of.replace(argument, 0)
      const [result] = argument
      if (Math.abs(wanted) < OVERFLOW) largest = Math.max(largest, Math.abs(result - wanted) / unit(wanted))
      else if (!Object.is(result, Math.fround(wanted))) wrong.push(x)
    }
    expect(wrong).toEqual([])
    expect(largest).toBeLessThan(of.ulp)
  })

  it.each(LIMITS)('$name has its limits at zeros, infinities and NaN', ({ replace, pairs }) => {
    expect(pairs.map(([x]) => apply(replace, x))).toEqual(pairs.map(([, wanted]) => wanted))
  })

  it('exp and sigmoid go down to the smallest subnormal numbers', () => {
    expect(apply(exp, -103)).toBe(2 ** -149)
    expect(apply(sigmoid, -103)).toBe(2 ** -149)
    expect(apply(log, 2 ** -149)).toBe(Math.fround(Math.log(2 ** -149)))
  })
})
