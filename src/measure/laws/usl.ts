import type { Law, Point } from './law.ts'

/**
 * X(p) = γp / (1 + α(p − 1) + βp(p − 1)), the universal scalability law of N. J. Gunther (Guerrilla Capacity Planning,
 * 2007): γ is the speed of one thread, α ≥ 0 the share of contention, β ≥ 0 the cost of coherence between any two
 * threads. All three are free, so that the speed of one thread is an observation like the others. The squares of the
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
  startsAtOne: false,
  speedAt: ([alpha, beta, gamma], threads) => (gamma * threads) / loss(alpha, beta, threads),
  peakOf: ([alpha, beta]) => (alpha >= 1 ? undefined : beta > 0 ? Math.sqrt((1 - alpha) / beta) : Infinity),
  prepare: async () => {
    // It takes a second to load: only where something is fitted.
    const { lusolve } = await import('mathjs')
    const solve: Solve = (matrix, right) => (lusolve(matrix, right) as number[][]).map(([value]) => value)
    return (points, near = perfect(points)) => leastSquares(points, near, solve)
  },
}

const loss = (alpha: number, beta: number, threads: number): number =>
  1 + alpha * (threads - 1) + beta * threads * (threads - 1)

/** The derivatives of the speed by α, β and γ. */
function slopes([alpha, beta, gamma]: readonly number[], threads: number): readonly number[] {
  const divisor = loss(alpha, beta, threads)
  const byAlpha = (-gamma * threads * (threads - 1)) / divisor ** 2
  return [byAlpha, byAlpha * threads, threads / divisor]
}

/** The start of a search without anything nearer: perfect scaling with the speed of the best thread. */
const perfect = (points: readonly Point[]): number[] => [
  0,
  0,
  Math.max(...points.map(({ threads, speed }) => speed / threads)),
]

/** Solves a system of linear equations. */
type Solve = (matrix: number[][], right: number[]) => number[]

const DAMPING = { first: 1e-3, factor: 10, most: 1e12 }
const MOST_STEPS = 200
/** The search ends when a step changes the sum of squares by a smaller share. */
const SETTLED = 1e-13

/**
 * The parameters ≥ 0 with the least sum of squares of absolute errors that a search from `start` finds: Levenberg and
 * Marquardt (SIAM J. 11, 1963) in scaled parameters, each step projected onto the bounds. Parameters on a bound stay there
 * if downhill leads out (after Kanzow, Yamashita and Fukushima, J. Comput. Appl. Math. 172, 2004).
 */
function leastSquares(points: readonly Point[], start: readonly number[], solve: Solve): readonly number[] {
  const errors = (values: readonly number[]) => points.map(({ threads, speed }) => speed - usl.speedAt(values, threads))
  let values = start
  let left = errors(values)
  let squares = product(left, left)
  let damping = DAMPING.first
  for (let step = 0; step < MOST_STEPS && damping < DAMPING.most; step++) {
    const rows = points.map(({ threads }) => slopes(values, threads))
    const columns = values.map((_, i) => rows.map((row) => row[i]))
    const downhill = columns.map((column) => product(column, left))
    const lengths = columns.map((column) => Math.sqrt(product(column, column)))
    const free = values.flatMap((value, i) => (lengths[i] > 0 && (value > 0 || downhill[i] > 0) ? [i] : []))
    const scaled = solve(
      free.map((i) =>
        free.map((j) => (i === j ? 1 + damping : product(columns[i], columns[j]) / (lengths[i] * lengths[j]))),
      ),
      free.map((i) => downhill[i] / lengths[i]),
    )
    const moved = [...values]
    free.forEach((i, at) => (moved[i] = Math.max(0, values[i] + scaled[at] / lengths[i])))
    const movedLeft = errors(moved)
    const movedSquares = product(movedLeft, movedLeft)
    const settled = Math.abs(squares - movedSquares) <= SETTLED * squares
    if (movedSquares < squares) {
      values = moved
      left = movedLeft
      squares = movedSquares
      damping /= DAMPING.factor
    } else {
      damping *= DAMPING.factor
    }
    if (settled) break
  }
  return values
}

const product = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0)
