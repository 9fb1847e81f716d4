import { shareBetween, type Law, type Point } from './law.ts'

/**
 * S(p) = 1 / (σ + (1 − σ)/p), G. M. Amdahl, AFIPS 1967: a share σ of the work is not split, 0 ≤ σ ≤ 1. The speed-up is
 * that of the same work over one thread.
 */
export const amdahl: Law = {
  name: 'amdahl',
  title: 'Amdahl',
  parameters: [{ name: 'sigma', symbol: 'σ' }],
  fewest: 3,
  speedAt: ([sigma], threads) => 1 / (sigma + (1 - sigma) / threads),
  prepare: () => Promise.resolve(estimate),
}

/**
 * The time 1/S = 1/p + σ(1 − 1/p) is linear in σ. Times are as uncertain as they are long, so it is their relative
 * errors whose squares are least: those of S·(1/p + σ(1 − 1/p)) − 1.
 */
const estimate = (points: readonly Point[]): number[] => [
  shareBetween(points.map(({ threads, speed }) => [speed * (1 - 1 / threads), 1 - speed / threads] as const)),
]
