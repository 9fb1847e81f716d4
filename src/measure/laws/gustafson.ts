import { shareBetween, type Law, type Point } from './law.ts'

/**
 * S(p) = p − σ(p − 1), J. L. Gustafson, CACM 31(5), 1988: of the time on p threads a share σ is work that is not split,
 * 0 ≤ σ ≤ 1. The speed-up is the scaled one: how many times as long one thread would take for the work of p, which grows
 * with p.
 */
export const gustafson: Law = {
  name: 'gustafson',
  title: 'Gustafson',
  parameters: [{ name: 'sigma', symbol: 'σ' }],
  fewest: 3,
  speedAt: ([sigma], threads) => threads - sigma * (threads - 1),
  prepare: () => Promise.resolve(estimate),
}

/** Linear in σ; the squares of the relative errors (p − σ(p − 1))/S − 1 are least. */
const estimate = (points: readonly Point[]): number[] => [
  shareBetween(points.map(({ threads, speed }) => [(threads - 1) / speed, threads / speed - 1] as const)),
]
