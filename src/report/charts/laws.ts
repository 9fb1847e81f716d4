import { numberIn, type CsvRow } from '../folder/read-csv.ts'
import type { Point } from './lines.ts'

/** Enough for a smooth curve. */
const CURVE_POINTS = 49

/**
 * The scaling law that was fitted to a family's speed-ups, as a curve over its threads: the Universal Scalability Law
 * where it could be fitted, else Amdahl's; undefined without either.
 *
 * @param family rows of summary.csv in ascending order of threads
 */
export function lawCurve(laws: readonly CsvRow[], family: readonly CsvRow[]): Point[] | undefined {
  const [{ experiment, cell, threads }] = family
  // A series is named after its cells, without the threads.
  const fitted = laws.filter((row) => row.experiment === experiment && `${row.series}-${threads}` === cell)
  const speedup = usl(fitted) ?? amdahl(fitted)
  if (!speedup) return undefined
  const [from, to] = [Number(threads), Number(family[family.length - 1].threads)]
  return Array.from({ length: CURVE_POINTS }, (_, i) => {
    const x = from * (to / from) ** (i / (CURVE_POINTS - 1))
    return { x, y: speedup(x) }
  })
}

type Law = (threads: number) => number

const parameters = (rows: readonly CsvRow[], law: string, names: readonly string[]): number[] | undefined => {
  const values = names.map((name) => {
    const row = rows.find((each) => each.law === law && each.parameter === name)
    return row && numberIn(row, 'value')
  })
  return values.every((value) => value !== undefined) ? values : undefined
}

/** S(p) = 1 / (σ + (1 − σ)/p) */
function amdahl(rows: readonly CsvRow[]): Law | undefined {
  const found = parameters(rows, 'amdahl', ['sigma'])
  if (!found) return undefined
  const [sigma] = found
  return (threads) => 1 / (sigma + (1 - sigma) / threads)
}

/** X(p) = γp / (1 + α(p − 1) + βp(p − 1)) */
function usl(rows: readonly CsvRow[]): Law | undefined {
  const found = parameters(rows, 'usl', ['alpha', 'beta', 'gamma'])
  if (!found) return undefined
  const [alpha, beta, gamma] = found
  return (threads) => (gamma * threads) / (1 + alpha * (threads - 1) + beta * threads * (threads - 1))
}
