import type { Point } from './law.ts'

/** A curve of speed over threads with parameters of which none is negative. */
export interface Curve {
  readonly at: (values: readonly number[], threads: number) => number
  /** Its derivative by each parameter. */
  readonly slopes: (values: readonly number[], threads: number) => readonly number[]
}

/** Solves a system of linear equations. */
export type Solve = (matrix: number[][], right: number[]) => number[]

const DAMPING = { first: 1e-3, factor: 10, most: 1e12 }
const MOST_STEPS = 200
/** Where a step changes the sum of squares by a smaller share, it is the least. */
const SETTLED = 1e-13

/**
 * The parameters ≥ 0 with the least sum of squares of (absolute) errors, as far as they are to be found from `start`:
 * Levenberg and Marquardt (SIAM J. 11, 1963) in scaled parameters, each step projected onto the bounds, where parameters
 * stay that would leave them downhill (after Kanzow, Yamashita and Fukushima, J. Comput. Appl. Math. 172, 2004).
 */
export function leastSquares(
  curve: Curve,
  points: readonly Point[],
  start: readonly number[],
  solve: Solve,
): readonly number[] {
  const errors = (values: readonly number[]) => points.map(({ threads, speed }) => speed - curve.at(values, threads))
  let values = start
  let left = errors(values)
  let squares = product(left, left)
  let damping = DAMPING.first
  for (let step = 0; step < MOST_STEPS && damping < DAMPING.most; step++) {
    const rows = points.map(({ threads }) => curve.slopes(values, threads))
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
