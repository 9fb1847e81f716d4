/**
 * P-values corrected for their number, so that with all that stay below 5 % the chance of even one false alarm is at most
 * 5 %, however the tests depend on each other (Holm 1979: the smallest is multiplied by their number, the next by one
 * less, and so on). Undefined ones are not tested and do not count.
 */
export function holm(values: readonly (number | undefined)[]): (number | undefined)[] {
  const order = values
    .flatMap((value, i) => (value === undefined ? [] : [{ value, i }]))
    .toSorted((a, b) => a.value - b.value)
  const corrected = values.map((): number | undefined => undefined)
  let largest = 0
  for (const [rank, { value, i }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, value * (order.length - rank)))
    corrected[i] = largest
  }
  return corrected
}
