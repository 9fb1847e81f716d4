import type { Law, Point } from './law.ts'
import { leastSquares, type Curve, type Solve } from './least-squares.ts'

/**
 * X(p) = γp / (1 + α(p − 1) + βp(p − 1)), the universal scalability law of N. J. Gunther (Guerrilla Capacity Planning,
 * 2007): γ is the speed of one thread, α ≥ 0 what threads wait for each other, β ≥ 0 what any two of them cost each
 * other. All three are free, so that the speed of one thread is an observation like the others. The squares of the
 * absolute errors are least, as in the examples that are published with the law.
 */
export const usl: Law = {
  name: 'usl',
  title: 'USL',
  parameters: [
    { name: 'alpha', symbol: 'α' },
    { name: 'beta', symbol: 'β' },
    { name: 'gamma', symbol: 'γ' },
  ],
  fewest: 5,
  speedAt: ([alpha, beta, gamma], threads) => (gamma * threads) / loss(alpha, beta, threads),
  peakOf: ([alpha, beta]) => (alpha >= 1 ? undefined : beta > 0 ? Math.sqrt((1 - alpha) / beta) : Infinity),
  prepare: async () => {
    // It takes a second to load: only where something is fitted.
    const { lusolve } = await import('mathjs')
    const solve: Solve = (matrix, right) => (lusolve(matrix, right) as number[][]).map(([value]) => value)
    return (points, near = perfect(points)) => leastSquares(curve, points, near, solve)
  },
}

const loss = (alpha: number, beta: number, threads: number): number =>
  1 + alpha * (threads - 1) + beta * threads * (threads - 1)

const curve: Curve = {
  at: usl.speedAt,
  slopes: ([alpha, beta, gamma], threads) => {
    const divisor = loss(alpha, beta, threads)
    const byAlpha = (-gamma * threads * (threads - 1)) / divisor ** 2
    return [byAlpha, byAlpha * threads, threads / divisor]
  },
}

/** Without anything nearer, the search begins at perfect scaling with the speed of the best thread. */
const perfect = (points: readonly Point[]): number[] => [
  0,
  0,
  Math.max(...points.map(({ threads, speed }) => speed / threads)),
]
