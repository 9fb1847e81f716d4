/** Odd, so that all tries below 2²⁴ differ in every element; prime, so that a buffer shifted by some elements shows. */
const STRIDE = 7919
/** Whole numbers that float32 holds exactly. */
const MASK = 2 ** 24 - 1

/** Fills a payload for one try; the payload of any other try differs in every element. */
export function fillPattern(values: Float32Array, attempt: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (Math.imul(attempt, STRIDE) + i) & MASK
}

/** Whether every element of a payload is that of this try. */
export function hasPattern(values: Float32Array, attempt: number): boolean {
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== ((Math.imul(attempt, STRIDE) + i) & MASK)) return false
  }
  return true
}
