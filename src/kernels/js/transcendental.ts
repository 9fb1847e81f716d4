/**
 * e^x, ln x, tanh and the logistic function in float32, as fixed sequences of operations that are each rounded to
 * float32 and never fused. IEEE 754 fixes the result of each operation, so these functions, unlike those of `Math`, have
 * the same bits on every platform, and four lanes of a vector have the same bits as four calls.
 *
 * Largest error found, in units in the last place of the result of `Math` in float64: exp 1.02, log 0.84, tanh 2.61,
 * sigmoid 2.41. All float32 of magnitudes 2⁻²⁷ to 2⁸ were tried (log: 2⁻⁸ to 2⁹), and a sample of the others.
 *
 * Each function replaces an element of an array: a number returned by a call that V8 does not inline would be boxed.
 */

const { abs, fround } = Math

/**
 * ln 2 in two pieces (Cody and Waite 1980): the upper has nine bits, so its product with an exponent is exact. Constants
 * and steps of the reduction are from Cephes' expf (Moshier 1992).
 */
export const LN2_HIGH = 0.693359375
export const LN2_LOW = fround(-2.1219444e-4)
export const LOG2_E = fround(Math.LOG2E)

/**
 * 1.5·2²³: a sum with it has no bits below 1, so adding it rounds to an integer (ties to even), which is the difference
 * between the bits of the sum and those of the constant.
 */
export const ROUNDER = 12582912
export const ROUNDER_BITS = 0x4b400000

/**
 * (eʳ − 1 − r) / r² from degree 0 on: minimax on |r| ≤ ½·ln 2 with the first coefficient fixed, error 2⁻²⁸ of eʳ. Summed
 * as (c₀ + c₁r) + r²((c₂ + c₃r) + c₄r²), which has a shorter chain of dependencies than Horner's scheme.
 */
export const EXP_SERIES = [0.5, 0.16666533052921295, 0.04166724532842636, 0.008367654867470264, 0.001386362942866981]

/** Above the one, e^x is Infinity; below the other it is 0: less than 2⁻¹⁵⁰, half the smallest float32. */
export const EXP_LARGEST = 89
export const EXP_SMALLEST = -104

/** From here on tanh is 1 in float32. */
export const TANH_LARGEST = 10

/** The float32 above which a mantissa is halved, √½, as bits; and the smallest normal number. */
export const SQRT_HALF_BITS = 0x3f3504f3
export const SMALLEST_NORMAL = 2 ** -126

/** ln(1 + f) with s = f / (2 + f) as f − f²/2 + s·(f²/2 + s²·series(s²)): fdlibm's e_logf (Sun 1993, FreeBSD). */
export const LOG_SERIES = [0xaaaaaa / 2 ** 24, 0xccce13 / 2 ** 25, 0x91e9ee / 2 ** 25, 0xf89e26 / 2 ** 26]

/** A float32 and its bits. */
const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

const BIAS = 127
const FRACTION_BITS = 23
const FRACTION = 0x7fffff

/** With x = float[0] = n·ln 2 + r and |r| ≤ ½·ln 2: float[0] becomes eʳ − 1; returns n. */
function reduce(): number {
  const x = float[0]
  const rounded = fround(fround(x * LOG2_E) + ROUNDER)
  const n = fround(rounded - ROUNDER)
  const r = fround(fround(x - fround(n * LN2_HIGH)) - fround(n * LN2_LOW))
  const square = fround(r * r)
  const lower = fround(fround(EXP_SERIES[1] * r) + EXP_SERIES[0])
  const upper = fround(fround(EXP_SERIES[3] * r) + EXP_SERIES[2])
  const rest = fround(upper + fround(EXP_SERIES[4] * square))
  const series = fround(lower + fround(rest * square))
  float[0] = rounded
  const exponent = bits[0] - ROUNDER_BITS
  float[0] = fround(fround(series * square) + r)
  return exponent
}

/** values[at] = e^values[at]. The power of two is applied in two halves, since it may not fit a float32. */
export function exp(values: Float32Array, at: number): void {
  const x = values[at]
  // Not one expression: V8 boxes a choice between a float and an integer constant.
  float[0] = x
  if (x > EXP_LARGEST) float[0] = EXP_LARGEST
  else if (x < EXP_SMALLEST) float[0] = EXP_SMALLEST
  const n = reduce()
  const fraction = fround(float[0] + 1)
  const half = n >> 1
  bits[0] = (half + BIAS) << FRACTION_BITS
  const scaled = fround(fraction * float[0])
  bits[0] = (n - half + BIAS) << FRACTION_BITS
  values[at] = fround(scaled * float[0])
}

/** values[at] = tanh(values[at]) = d / (d + 2) with d = e^(2|x|) − 1 = 2ⁿ(eʳ − 1) + (2ⁿ − 1), and the sign of x. */
export function tanh(values: Float32Array, at: number): void {
  const x = abs(values[at])
  float[0] = fround(x + x)
  if (x > TANH_LARGEST) float[0] = 2 * TANH_LARGEST
  const n = reduce()
  const fraction = float[0]
  bits[0] = (n + BIAS) << FRACTION_BITS
  const power = float[0]
  const d = fround(fround(power * fraction) + fround(power - 1))
  float[0] = values[at]
  const sign = bits[0] & ~0x7fffffff
  float[0] = fround(d / fround(d + 2))
  bits[0] |= sign
  values[at] = float[0]
}

/** values[at] = 1 / (1 + e^−x), from e = e^−|x|, which cannot overflow: 1 / (1 + e), or e / (1 + e) if x is negative. */
export function sigmoid(values: Float32Array, at: number): void {
  const x = values[at]
  values[at] = -abs(x)
  exp(values, at)
  const e = values[at]
  values[at] = fround((x < 0 ? e : 1) / fround(e + 1))
}

/** values[at] = ln values[at]: with x = 2ⁿ·(1 + f) and √½ ≤ 1 + f < √2, n·ln 2 + ln(1 + f). */
export function log(values: Float32Array, at: number): void {
  const x = values[at]
  if (!(x > 0 && x < Infinity)) {
    values[at] = x === 0 ? -Infinity : x === Infinity ? x : NaN
    return
  }
  const subnormal = x < SMALLEST_NORMAL
  float[0] = subnormal ? fround(x * 2 ** FRACTION_BITS) : x
  const fromSqrtHalf = bits[0] - SQRT_HALF_BITS
  const n = (fromSqrtHalf >> FRACTION_BITS) - (subnormal ? FRACTION_BITS : 0)
  bits[0] = (fromSqrtHalf & FRACTION) + SQRT_HALF_BITS
  const f = fround(float[0] - 1)
  const s = fround(f / fround(f + 2))
  const z = fround(s * s)
  const w = fround(z * z)
  const even = fround(z * fround(fround(w * LOG_SERIES[2]) + LOG_SERIES[0]))
  const odd = fround(w * fround(fround(w * LOG_SERIES[3]) + LOG_SERIES[1]))
  const halfSquare = fround(fround(f * 0.5) * f)
  const product = fround(s * fround(halfSquare + fround(odd + even)))
  const low = fround(halfSquare - fround(product + fround(n * LN2_LOW)))
  values[at] = fround(fround(n * LN2_HIGH) - fround(low - f))
}
