import {
  EXP_LARGEST,
  EXP_SERIES,
  EXP_SMALLEST,
  LN2_HIGH,
  LN2_LOW,
  LOG_SERIES,
  LOG2_E,
  ROUNDER,
  ROUNDER_BITS,
  SMALLEST_NORMAL,
  SQRT_HALF_BITS,
  TANH_LARGEST,
} from '../../js/transcendental.ts'
import { get } from '../text.ts'
import {
  add,
  addBits,
  all,
  allBits,
  and,
  choose,
  divide,
  isEqual,
  isLess,
  larger,
  multiply,
  or,
  set,
  shiftLeft,
  shiftRight,
  smaller,
  subtract,
  subtractBits,
  toFloat,
} from './vector.ts'

/**
 * The functions of ../../js/transcendental.ts on four lanes: the same operations in the same order, and so the same
 * bits. Each is a piece of code that replaces the value of a local `x`, using the locals named here, which end in `u`:
 * pieces with different `u` can run side by side.
 */
export const temporaries = (u: number): string[] => ['$n', '$r', '$q', '$t', '$v'].map((name) => name + u)

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
  const [c0, c1, c2, c3, c4] = EXP_SERIES.map(all)
  const lower = add(multiply(c1, get(r)), c0)
  const upper = add(multiply(c3, get(r)), c2)
  const rest = add(upper, multiply(c4, get(square)))
  const series = add(lower, multiply(rest, get(square)))
  return `
  ${set(n, add(multiply(get(x), all(LOG2_E)), all(ROUNDER)))}
  ${set(r, subtract(get(n), all(ROUNDER)))}
  ${set(x, subtract(get(x), multiply(get(r), all(LN2_HIGH))))}
  ${set(r, subtract(get(x), multiply(get(r), all(LN2_LOW))))}
  ${set(n, subtractBits(get(n), allBits(ROUNDER_BITS)))}
  ${set(square, multiply(get(r), get(r)))}
  ${set(x, add(multiply(series, get(square)), get(r)))}`
}

/** x = eˣ */
export function exponential(x: string, u: number): string {
  const [n, half] = temporaries(u)
  return `
  ${set(x, larger(smaller(get(x), all(EXP_LARGEST)), all(EXP_SMALLEST)))}
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
  ${set(x, smaller(and(get(x), MAGNITUDE), all(TANH_LARGEST)))}
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
  const even = multiply(get(t), add(multiply(get(v), all(LOG_SERIES[2])), all(LOG_SERIES[0])))
  const odd = multiply(get(v), add(multiply(get(v), all(LOG_SERIES[3])), all(LOG_SERIES[1])))
  const positive = isLess(all(0), get(x))
  const noNumber = choose(isEqual(get(x), all(0)), all(-Infinity), choose(positive, get(x), all(NaN)))
  return `
  ${set(t, isLess(get(x), all(SMALLEST_NORMAL)))}
  ${set(s, choose(get(t), multiply(get(x), all(2 ** FRACTION_BITS)), get(x)))}
  ${set(s, subtractBits(get(s), allBits(SQRT_HALF_BITS)))}
  ${set(n, toFloat(subtractBits(shiftRight(get(s), FRACTION_BITS), and(get(t), allBits(FRACTION_BITS)))))}
  ${set(f, subtract(addBits(and(get(s), allBits(FRACTION)), allBits(SQRT_HALF_BITS)), ONE))}
  ${set(s, divide(get(f), add(get(f), all(2))))}
  ${set(t, multiply(get(s), get(s)))}
  ${set(v, multiply(get(t), get(t)))}
  ${set(t, add(odd, even))}
  ${set(v, multiply(multiply(get(f), all(0.5)), get(f)))}
  ${set(t, multiply(get(s), add(get(v), get(t))))}
  ${set(t, subtract(subtract(get(v), add(get(t), multiply(get(n), all(LN2_LOW)))), get(f)))}
  ${set(t, subtract(multiply(get(n), all(LN2_HIGH)), get(t)))}
  ${set(x, choose(and(positive, isLess(get(x), all(Infinity))), get(t), noNumber))}`
}
