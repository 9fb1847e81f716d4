/**
 * How likely Student's t is to lie further from 0 than `t`, on either side: the finite sums for whole degrees of freedom
 * (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 */
export function studentTails(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom))
  const cosine = Math.cos(angle)
  const square = cosine ** 2
  const odd = freedom % 2
  let term = odd ? cosine : 1
  let series = 0
  for (let k = odd; k < freedom - 1; k += 2) {
    series += term
    term *= (square * (k + 1)) / (k + 2)
  }
  const inside = Math.sin(angle) * series
  // Near 0 the subtraction may end a rounding error below it.
  return Math.max(0, 1 - (odd ? (2 / Math.PI) * (angle + inside) : inside))
}

/** By degrees of freedom: all cells of a run have about as many blocks. */
const quantiles = new Map<number, number>()

/** The t beyond which, on either side, lie 5 %. */
export function studentQuantile(freedom: number): number {
  const quantile = quantiles.get(freedom) ?? searched(freedom)
  quantiles.set(freedom, quantile)
  return quantile
}

function searched(freedom: number): number {
  let [low, high] = [1, 16]
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return high
    if (studentTails(middle, freedom) > 0.05) low = middle
    else high = middle
  }
}
