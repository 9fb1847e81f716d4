import type { Span } from '../../plan/span.ts'

/** Three to seven ticks from 0 to at most `most`, in steps of 1, 2 or 5 times a power of ten. */
export function evenTicks(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 6))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= most / 6)!
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => exact(i * step))
}

/** 0.3 instead of 3 × 0.1. */
const exact = (value: number): number => Number(value.toPrecision(15))

/** The ticks whose numbers, which lie where `placeOf` says, do not touch: the last one, and before it what there is room for. */
export function apart(ticks: readonly number[], placeOf: (tick: number) => Span): number[] {
  return ticks.reduceRight<number[]>((kept, tick) => {
    return kept.length === 0 || placeOf(tick).to <= placeOf(kept[0]).from ? [tick, ...kept] : kept
  }, [])
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
  const powers = Array.from({ length: to - from + 1 }, (_, i) => base ** (from + i))
  const all = powers.flatMap((power) => factors.map((factor) => exact(factor * power)))
  const first = all.findLastIndex((tick) => tick <= least)
  const last = all.findIndex((tick) => tick >= most)
  return all.slice(first, Math.max(last, first + 1) + 1)
}
