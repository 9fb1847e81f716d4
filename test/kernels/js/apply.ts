/** One value of a function that replaces the element of an array. */
export function apply(replace: (values: Float32Array, at: number) => void, x: number): number {
  const values = Float32Array.of(x)
  replace(values, 0)
  return values[0]
}
