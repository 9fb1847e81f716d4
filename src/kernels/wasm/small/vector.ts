/**
 * WebAssembly text of operations on vectors of four float32, each rounded on its own. Arguments and results are
 * expressions; only the target of `set` is the name of a local.
 */

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

export const set = (local: string, value: string): string => `(local.set ${local} ${value})`
