/** Odd, so that all tries below 2²⁴ differ in every element; a prime, so that a buffer that is off by some elements shows. */
const STRIDE = 7919
/** Whole numbers that float32 holds exactly. */
const MASK = 2 ** 24 - 1

/** Fills a payload with what only this try has: a buffer of an earlier one is wrong in every element. */
export function fillPattern(values: Float32Array, attempt: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (Math.imul(attempt, STRIDE) + i) & MASK
}

/** Whether a payload is that of this try, in every element. */
export function hasPattern(values: Float32Array, attempt: number): boolean {
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== ((Math.imul(attempt, STRIDE) + i) & MASK)) return false
  }
  return true
}
