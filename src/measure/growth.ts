import { purpose, random } from '../model/random.ts'
import type { Cell } from '../cells/cell.ts'
import type { Session } from './session.ts'
import { ledgersOf, stepTimes } from './ledger.ts'
import type { Spent } from './prediction/error.ts'
import { groupBy, mean, median, quantile, sum } from './statistics.ts'

/** The time of a number of batches in one go, or of one batch through a number of model parts. */
export interface GrowthPoint {
  readonly cell: Cell
  readonly variable: 'batches' | 'parts'
  readonly value: number
  readonly repetition: number
  readonly wallNs: number
  readonly spent: Spent
}

/** Until V8 has compiled everything, a short run would seem slower than it is. */
const WARM_UP = { steps: 1000, mostMs: 500, first: 5 }

/**
 * Trains cells for each of some numbers of steps, in turn and repeatedly. For `parts` the value is the number of ranks,
 * and the time that of one step.
 *
 * @param longestMs counts of steps that would take longer are left out
 */
export async function* measureGrowth(
  session: Session,
  cells: readonly Cell[],
  variable: GrowthPoint['variable'],
  steps: readonly number[],
  repetitions: number,
  longestMs: number,
): AsyncGenerator<GrowthPoint, void> {
  const stepMs = new Map<Cell, number>()
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const cell of cells) {
      session.initialise(cell)
      const first = median(stepTimes(await session.run(cell, 0, WARM_UP.first, 0))) / 1e6
      const warmUp = Math.max(WARM_UP.first, Math.min(WARM_UP.steps, Math.round(WARM_UP.mostMs / first)))
      const warm = stepTimes(await session.run(cell, 0, warmUp, WARM_UP.first))
      if (!stepMs.has(cell)) stepMs.set(cell, median(warm) / 1e6)
      for (const count of steps) {
        if (count * stepMs.get(cell)! > longestMs) continue
        const reports = await session.run(cell, 0, count, WARM_UP.first + warmUp)
        const stepNs = stepTimes(reports)
        const wallNs = sum(stepNs)
        const spent = { stepNs, warmUp: 0, ranks: ledgersOf(cell.plan, reports, 0) }
        const grown =
          variable === 'parts' ? { value: cell.plan.programs.length, wallNs: wallNs / count } : { value: count, wallNs }
        yield { cell, variable, repetition, spent, ...grown }
      }
    }
  }
}

const RESAMPLES = 1000

type Timed = Pick<GrowthPoint, 'value' | 'repetition' | 'wallNs'>

/** The slope of log time over log value by least squares, with a 95 % bootstrap interval over repetitions. */
export function growthExponent(
  points: readonly Timed[],
  seed: number,
): { exponent: number; low: number; high: number } {
  const repetitions = [...groupBy(points, ({ repetition }) => repetition).values()]
  const generator = random(seed, purpose.bootstrap)
  const slopes = Array.from({ length: RESAMPLES }, () =>
    slope(repetitions.flatMap(() => repetitions[generator.below(repetitions.length)])),
  )
  return { exponent: slope(points), low: quantile(slopes, 0.025), high: quantile(slopes, 0.975) }
}

function slope(points: readonly Timed[]): number {
  const xs = points.map(({ value }) => Math.log(value))
  const ys = points.map(({ wallNs }) => Math.log(wallNs))
  const [x, y] = [mean(xs), mean(ys)]
  return sum(xs.map((each, i) => (each - x) * (ys[i] - y))) / sum(xs.map((each) => (each - x) ** 2))
}
