import { shuffle } from '../text.ts'

/**
 * WebAssembly text of operations on vectors of four float32, each rounded on its own. Arguments and results are
 * expressions; only the target of `set` is the name of a local.
 */

export const add = (a: string, b: string): string => `(f32x4.add ${a} ${b})`
export const subtract = (a: string, b: string): string => `(f32x4.sub ${a} ${b})`
export const multiply = (a: string, b: string): string => `(f32x4.mul ${a} ${b})`
export const divide = (a: string, b: string): string => `(f32x4.div ${a} ${b})`
export const squareRoot = (a: string): string => `(f32x4.sqrt ${a})`

/** b < a ? b : a: a NaN in `a` stays. */
export const smaller = (a: string, b: string): string => `(f32x4.pmin ${a} ${b})`
/** a < b ? b : a: a NaN in `a` stays, and one in `b` is ignored. */
export const larger = (a: string, b: string): string => `(f32x4.pmax ${a} ${b})`

/** Lanes of ones where the comparison holds, and of zeros elsewhere. */
export const isLess = (a: string, b: string): string => `(f32x4.lt ${a} ${b})`
export const isEqual = (a: string, b: string): string => `(f32x4.eq ${a} ${b})`

export const and = (a: string, b: string): string => `(v128.and ${a} ${b})`
export const or = (a: string, b: string): string => `(v128.or ${a} ${b})`
/** mask ? a : b, bit by bit. */
export const choose = (mask: string, a: string, b: string): string => `(v128.bitselect ${a} ${b} ${mask})`

export const addBits = (a: string, b: string): string => `(i32x4.add ${a} ${b})`
export const subtractBits = (a: string, b: string): string => `(i32x4.sub ${a} ${b})`
export const shiftLeft = (a: string, count: number): string => `(i32x4.shl ${a} (i32.const ${count}))`
/** The sign is shifted in. */
export const shiftRight = (a: string, count: number): string => `(i32x4.shr_s ${a} (i32.const ${count}))`
export const toFloat = (a: string): string => `(f32x4.convert_i32x4_s ${a})`

/** The same value, which must be a float32, in all lanes. */
export const all = (value: number): string => {
  const lane = Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : value < 0 ? '-inf' : 'nan'
  return `(v128.const f32x4 ${lane} ${lane} ${lane} ${lane})`
}
/** The same 32 bits in all lanes. */
export const allBits = (bits: number): string => `(v128.const i32x4 ${bits} ${bits} ${bits} ${bits})`
/** The same scalar, an expression, in all lanes. */
export const spread = (scalar: string): string => `(f32x4.splat ${scalar})`

/** Each lane changes places with its neighbour; the lower half with the upper. */
export const swapNeighbours = (a: string): string => shuffle([1, 0, 3, 2], a, a)
export const swapHalves = (a: string): string => shuffle([2, 3, 0, 1], a, a)
/** The upper three lanes of `a` one lane lower, and above them the lowest lane of `b`. */
export const append = (a: string, b: string): string => shuffle([1, 2, 3, 4], a, b)
/** Each lane one higher, and the highest becomes the lowest. */
export const rotateUp = (a: string): string => shuffle([3, 0, 1, 2], a, a)

export const set = (local: string, value: string): string => `(local.set ${local} ${value})`
