const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1

/** The bits of a float64's lower word that a float32 has no room for, and the pattern of a tie between two float32. */
const DROPPED = 0x1fffffff
const TIE = 0x10000000

/**
 * a·b + c of float32, rounded once. The product is exact in float64, but the sum is not always: where its rounding to
 * float64 ends on a tie between two float32, what was rounded off decides (Boldo and Melquiond 2008, "Emulation of FMA
 * and correctly rounded sums: proved algorithms using rounding to odd"). That happens about once in 2²⁹ sums:
 * `Math.fround(a * b + c)` alone is wrong then.
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b
  const sum = product + c
  float[0] = sum
  if ((words[LOW] & DROPPED) !== TIE) return Math.fround(sum)
  // What the sum has lost (Knuth's TwoSum).
  const rest = sum - product
  const lost = product - (sum - rest) + (c - rest)
  if (lost !== 0) words[LOW] += lost > 0 === sum > 0 ? 1 : -1
  return Math.fround(float[0])
}
