import type { Law, Point } from '../../../src/measure/laws/law.ts'
import type { Series } from '../../../src/measure/laws/series.ts'
import { random } from '../../../src/model/random.ts'

export const pointsOf = (counts: readonly number[], speedOf: (threads: number) => number): Point[] =>
  counts.map((threads) => ({ threads, speed: speedOf(threads) }))

/** A series in which every block shows the same. */
export const seriesOfPoints = (points: readonly Point[], blocks = 5): Series => ({
  name: 'data-owner',
  groups: [Array.from({ length: blocks }, () => points)],
})

/** A law's curve as a noisy machine shows it: the serial step of a block moves all of its speed-ups together. */
export function noisySeries(
  { speedAt }: Law,
  values: readonly number[],
  counts: readonly number[],
  key: number,
  { blocks = 10, noise = 0.02 } = {},
): Series {
  const { normal } = random(99, key)
  const group = Array.from({ length: blocks }, () => {
    const serial = 1 + (noise / 2) * normal()
    return pointsOf(counts, (threads) => speedAt(values, threads) * serial * (1 + noise * normal()))
  })
  return { name: 'data-owner', groups: [group] }
}
