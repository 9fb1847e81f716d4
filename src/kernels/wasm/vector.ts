import { FLOAT, get, times } from './text.ts'

/**
 * WebAssembly text of operations on vectors of four float32, each rounded on its own. Arguments and results are
 * expressions.
 */

/** Bytes of a vector, and its floats. */
export const VECTOR = 16
export const LANES = VECTOR / FLOAT

/** Loads neighbouring vectors at a pointer into locals, or stores the values of neighbouring vectors there. */
export const loadVectors = (locals: readonly string[], pointer: string): string =>
  times(locals.length, (v) => `(local.set ${locals[v]} (v128.load offset=${VECTOR * v} ${get(pointer)}))`)
export const storeVectors = (values: readonly string[], pointer: string): string =>
  times(values.length, (v) => `(v128.store offset=${VECTOR * v} ${get(pointer)} ${values[v]})`)

export const add = (a: string, b: string): string => `(f32x4.add ${a} ${b})`
export const subtract = (a: string, b: string): string => `(f32x4.sub ${a} ${b})`
export const multiply = (a: string, b: string): string => `(f32x4.mul ${a} ${b})`
export const divide = (a: string, b: string): string => `(f32x4.div ${a} ${b})`
export const squareRoot = (a: string): string => `(f32x4.sqrt ${a})`

/** a < b ? b : a: a NaN in `a` stays, and one in `b` is ignored. */
export const larger = (a: string, b: string): string => `(f32x4.pmax ${a} ${b})`

/** Lanes of ones where the comparison holds, and of zeros elsewhere. */
export const isLess = (a: string, b: string): string => `(f32x4.lt ${a} ${b})`
export const isEqual = (a: string, b: string): string => `(f32x4.eq ${a} ${b})`

export const and = (a: string, b: string): string => `(v128.and ${a} ${b})`

/** The same value, which must be a float32, in all lanes. */
export const all = (value: number): string => {
  const lane = Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : value < 0 ? '-inf' : 'nan'
  return `(v128.const f32x4 ${lane} ${lane} ${lane} ${lane})`
}
/** The same scalar, an expression, in all lanes. */
export const spread = (scalar: string): string => `(f32x4.splat ${scalar})`

/** The chosen lanes of two vectors, `a` being lanes 0 to 3 and `b` lanes 4 to 7. */
export function shuffle(lanes: readonly number[], a: string, b: string): string {
  const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => FLOAT * lane + byte))
  return `(i8x16.shuffle ${bytes.join(' ')} ${a} ${b})`
}
