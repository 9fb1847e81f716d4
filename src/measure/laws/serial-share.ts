import { sum } from '../statistics.ts'
import type { Law, Point } from './law.ts'

// Laws with one parameter: σ, 0 ≤ σ ≤ 1, the share of the work that is not split.

/** S(p) = 1 / (σ + (1 − σ)/p), G. M. Amdahl, AFIPS 1967. The speed-up is that of the same work over one thread. */
export const amdahl = lawOf(
  'amdahl',
  'Amdahl',
  (sigma, threads) => 1 / (sigma + (1 - sigma) / threads),
  // The time 1/S = 1/p + σ(1 − 1/p) is linear in σ. Long times are less certain, so the squares of the relative errors,
  // S·(1/p + σ(1 − 1/p)) − 1, are least.
  ({ threads, speed }) => [speed * (1 - 1 / threads), 1 - speed / threads],
)

/**
 * S(p) = p − σ(p − 1), J. L. Gustafson, CACM 31(5), 1988. The speed-up is the scaled one: the time of one thread for the
 * work of p, which grows with p, over the time of p threads.
 */
export const gustafson = lawOf(
  'gustafson',
  'Gustafson',
  (sigma, threads) => threads - sigma * (threads - 1),
  // Linear in σ; the squares of the relative errors (p − σ(p − 1))/S − 1 are least.
  ({ threads, speed }) => [(threads - 1) / speed, threads / speed - 1],
)

/** @param linear for a point, x and y of which σ·x comes closest to y, by least squares */
function lawOf(
  name: string,
  title: string,
  speedAt: (sigma: number, threads: number) => number,
  linear: (point: Point) => readonly [x: number, y: number],
): Law {
  const estimate = (points: readonly Point[]) => {
    const pairs = points.map(linear)
    const share = sum(pairs.map(([x, y]) => x * y)) / sum(pairs.map(([x]) => x * x))
    return [Math.min(1, Math.max(0, share))]
  }
  return {
    name,
    title,
    parameters: [{ name: 'sigma', symbol: 'σ' }],
    fewest: 3,
    startsAtOne: true,
    speedAt: ([sigma], threads) => speedAt(sigma, threads),
    prepare: () => Promise.resolve(estimate),
  }
}
