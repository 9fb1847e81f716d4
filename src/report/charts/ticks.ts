import type { Span } from '../../plan/span.ts'

/** Three to seven ticks from 0 to at most `most`, in steps of 1, 2 or 5 times a power of ten. */
export function evenTicks(most: number): number[] {
  const rough = most / 6
  const power = Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((each) => each * 10 ** power >= rough)!
  const count = Math.floor(most / (factor * 10 ** power) + 1e-9)
  // A negative power divides: 3 × 0.1 is not 0.3.
  return Array.from({ length: count + 1 }, (_, i) =>
    power < 0 ? (i * factor) / 10 ** -power : i * factor * 10 ** power,
  )
}

/** The ticks whose numbers, which lie where `placeOf` says, do not touch: the last one, and before it what there is room for. */
export function apart(ticks: readonly number[], placeOf: (tick: number) => Span): number[] {
  const kept: number[] = []
  let free = Infinity
  for (const tick of ticks.toReversed()) {
    const { from, to } = placeOf(tick)
    if (to > free) continue
    free = from
    kept.unshift(tick)
  }
  return kept
}

/** The powers of two from the last at or below `least` to the first at or above `most`. */
export const powersOfTwo = (least: number, most: number): number[] => enclosing(2, [1], least, most)

/** The same with powers of ten, or, over a narrow range, with 1, 2 and 5 times those. */
export const logarithmicTicks = (least: number, most: number): number[] =>
  enclosing(10, most / least < 30 ? [1, 2, 5] : [1], least, most)

/** Factors times powers of `base`, as many as enclose `least` and `most`, which are above 0; at least two. */
function enclosing(base: number, factors: readonly number[], least: number, most: number): number[] {
  // One more power on both sides: logarithms are rounded.
  const from = Math.floor(Math.log(least) / Math.log(base)) - 1
  const to = Math.ceil(Math.log(most) / Math.log(base)) + 1
  const all = Array.from({ length: to - from + 1 }, (_, i) => from + i).flatMap((power) =>
    // A negative power divides: 10 ** -3 is not 0.001 everywhere.
    factors.map((factor) => (power < 0 ? factor / base ** -power : factor * base ** power)),
  )
  const first = all.findLastIndex((tick) => tick <= least)
  const last = all.findIndex((tick) => tick >= most)
  return all.slice(first, Math.max(last, first + 1) + 1)
}
