import * as js from '../../js/transcendental.ts'
import { get, set } from '../text.ts'
import { add, all, and, divide, isEqual, isLess, larger, multiply, subtract } from '../vector.ts'

/**
 * The functions of ../../js/transcendental.ts on four lanes: the same operations in the same order, and so the same
 * bits. Each is a piece of code that replaces the value of a local `x`, using the locals named here, which end in `u`:
 * pieces with different `u` can run side by side.
 */
export const temporaries = (u: number): string[] => ['$n', '$r', '$q', '$t', '$v'].map((name) => name + u)

/** b < a ? b : a: a NaN in `a` stays. */
const smaller = (a: string, b: string): string => `(f32x4.pmin ${a} ${b})`
const or = (a: string, b: string): string => `(v128.or ${a} ${b})`
/** mask ? a : b, bit by bit. */
const choose = (mask: string, a: string, b: string): string => `(v128.bitselect ${a} ${b} ${mask})`

const addBits = (a: string, b: string): string => `(i32x4.add ${a} ${b})`
const subtractBits = (a: string, b: string): string => `(i32x4.sub ${a} ${b})`
const shiftLeft = (a: string, count: number): string => `(i32x4.shl ${a} (i32.const ${count}))`
/** The sign is shifted in. */
const shiftRight = (a: string, count: number): string => `(i32x4.shr_s ${a} (i32.const ${count}))`
const toFloat = (a: string): string => `(f32x4.convert_i32x4_s ${a})`
/** The same 32 bits in all lanes. */
const allBits = (bits: number): string => `(v128.const i32x4 ${bits} ${bits} ${bits} ${bits})`

const BIAS = allBits(127)
const FRACTION_BITS = 23
const FRACTION = 0x7fffff
const ONE = all(1)
const SIGN = allBits(0x80000000)
const MAGNITUDE = allBits(0x7fffffff)

/** 2ⁿ for lanes of integers. */
const powerOfTwo = (n: string): string => shiftLeft(addBits(n, BIAS), FRACTION_BITS)

/** With x = n·ln 2 + r: x becomes eʳ − 1, and `$n` the integers n. */
function reduce(x: string, u: number): string {
  const [n, r, square] = temporaries(u)
  const [c0, c1, c2, c3, c4] = js.EXP_SERIES.map(all)
  const lower = add(multiply(c1, get(r)), c0)
  const upper = add(multiply(c3, get(r)), c2)
  const rest = add(upper, multiply(c4, get(square)))
  const series = add(lower, multiply(rest, get(square)))
  return `
  ${set(n, add(multiply(get(x), all(js.LOG2_E)), all(js.ROUNDER)))}
  ${set(r, subtract(get(n), all(js.ROUNDER)))}
  ${set(x, subtract(get(x), multiply(get(r), all(js.LN2_HIGH))))}
  ${set(r, subtract(get(x), multiply(get(r), all(js.LN2_LOW))))}
  ${set(n, subtractBits(get(n), allBits(js.ROUNDER_BITS)))}
  ${set(square, multiply(get(r), get(r)))}
  ${set(x, add(multiply(series, get(square)), get(r)))}`
}

/** x = eˣ */
export function exponential(x: string, u: number): string {
  const [n, half] = temporaries(u)
  return `
  ${set(x, larger(smaller(get(x), all(js.EXP_LARGEST)), all(js.EXP_SMALLEST)))}
  ${reduce(x, u)}
  ${set(half, shiftRight(get(n), 1))}
  ${set(x, multiply(add(get(x), ONE), powerOfTwo(get(half))))}
  ${set(x, multiply(get(x), powerOfTwo(subtractBits(get(n), get(half)))))}`
}

/** x = tanh x */
export function hyperbolicTangent(x: string, u: number): string {
  const [n, power, , sign] = temporaries(u)
  return `
  ${set(sign, and(get(x), SIGN))}
  ${set(x, smaller(and(get(x), MAGNITUDE), all(js.TANH_LARGEST)))}
  ${set(x, add(get(x), get(x)))}
  ${reduce(x, u)}
  ${set(power, powerOfTwo(get(n)))}
  ${set(x, add(multiply(get(power), get(x)), subtract(get(power), ONE)))}
  ${set(x, or(divide(get(x), add(get(x), all(2))), get(sign)))}`
}

/** x = 1 / (1 + e⁻ˣ) */
export function logistic(x: string, u: number): string {
  const [, , , negative] = temporaries(u)
  return `
  ${set(negative, isLess(get(x), all(0)))}
  ${set(x, or(get(x), SIGN))}
  ${exponential(x, u)}
  ${set(x, divide(choose(get(negative), get(x), ONE), add(get(x), ONE)))}`
}

/** x = ln x */
export function logarithm(x: string, u: number): string {
  const [n, f, s, t, v] = temporaries(u)
  const even = multiply(get(t), add(multiply(get(v), all(js.LOG_SERIES[2])), all(js.LOG_SERIES[0])))
  const odd = multiply(get(v), add(multiply(get(v), all(js.LOG_SERIES[3])), all(js.LOG_SERIES[1])))
  const positive = isLess(all(0), get(x))
  const noNumber = choose(isEqual(get(x), all(0)), all(-Infinity), choose(positive, get(x), all(NaN)))
  return `
  ${set(t, isLess(get(x), all(js.SMALLEST_NORMAL)))}
  ${set(s, choose(get(t), multiply(get(x), all(2 ** FRACTION_BITS)), get(x)))}
  ${set(s, subtractBits(get(s), allBits(js.SQRT_HALF_BITS)))}
  ${set(n, toFloat(subtractBits(shiftRight(get(s), FRACTION_BITS), and(get(t), allBits(FRACTION_BITS)))))}
  ${set(f, subtract(addBits(and(get(s), allBits(FRACTION)), allBits(js.SQRT_HALF_BITS)), ONE))}
  ${set(s, divide(get(f), add(get(f), all(2))))}
  ${set(t, multiply(get(s), get(s)))}
  ${set(v, multiply(get(t), get(t)))}
  ${set(t, add(odd, even))}
  ${set(v, multiply(multiply(get(f), all(0.5)), get(f)))}
  ${set(t, multiply(get(s), add(get(v), get(t))))}
  ${set(t, subtract(subtract(get(v), add(get(t), multiply(get(n), all(js.LN2_LOW)))), get(f)))}
  ${set(t, subtract(multiply(get(n), all(js.LN2_HIGH)), get(t)))}
  ${set(x, choose(and(positive, isLess(get(x), all(Infinity))), get(t), noNumber))}`
}
