/**
 * Places labels as near as possible to `wanted`, in the same order, at least `gap` apart and within [low, high]. Runs of
 * labels that touch are centred over the mean of their wanted places. Where there is no room for all, they begin at `low`.
 *
 * Without the gaps before them, places need only ascend: this is isotonic regression, by its max-min formula (Barlow et
 * al., Statistical Inference under Order Restrictions, 1972).
 *
 * @param wanted pixels, in any order
 * @returns pixels, in the order of `wanted`
 */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b)
  const free = order.map((index, k) => wanted[index] - gap * k)
  const meanOf = (from: number, to: number) =>
    free.slice(from, to + 1).reduce((sum, each) => sum + each, 0) / (to + 1 - from)
  const latest = high - gap * (wanted.length - 1)
  const places = wanted.slice()
  order.forEach((index, k) => {
    const least = (from: number) => Math.min(...order.slice(k).map((_, i) => meanOf(from, k + i)))
    const best = Math.max(...order.slice(0, k + 1).map((_, from) => least(from)))
    places[index] = Math.max(low, Math.min(best, latest)) + gap * k
  })
  return places
}
