import { purpose, random } from '../model/random.ts'
import type { Cell } from '../cells/cell.ts'
import type { Session } from './session.ts'
import { median, quantile } from './statistics.ts'
import type { Spent } from './prediction/error.ts'
import { ledgersOf } from './ledger.ts'
import { stepTimes } from './steps.ts'

/** How long a number of batches took in one go, or one batch through a number of model parts. */
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
 * Trains cells for each of some numbers of steps, several times over in turn. For `parts` the value is the number of the
 * plan's ranks, and the time that of one step.
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
        const wallNs = stepNs.reduce((sum, ns) => sum + ns, 0)
        const spent = { stepNs, warmUp: 0, ranks: ledgersOf(cell.plan, reports, 0) }
        const isParts = variable === 'parts'
        yield {
          cell,
          variable,
          value: isParts ? cell.plan.programs.length : count,
          repetition,
          wallNs: isParts ? wallNs / count : wallNs,
          spent,
        }
      }
    }
  }
}

const RESAMPLES = 1000

/** What the exponent depends on. */
type Timed = Pick<GrowthPoint, 'value' | 'repetition' | 'wallNs'>

/** The slope of log time over log value by least squares, with a 95 % bootstrap interval over repetitions. */
export function growthExponent(
  points: readonly Timed[],
  seed: number,
): { exponent: number; low: number; high: number } {
  const repetitions = [...new Set(points.map(({ repetition }) => repetition))]
  const generator = random(seed, purpose.bootstrap)
  const slopes: number[] = []
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const drawn = repetitions.map(() => repetitions[generator.below(repetitions.length)])
    slopes.push(slope(drawn.flatMap((repetition) => points.filter((point) => point.repetition === repetition))))
  }
  return { exponent: slope(points), low: quantile(slopes, 0.025), high: quantile(slopes, 0.975) }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function slope(points: readonly Timed[]): number {
  const xs = points.map(({ value }) => Math.log(value))
  const ys = points.map(({ wallNs }) => Math.log(wallNs))
  const [x, y] = [mean(xs), mean(ys)]
  const covariance = xs.reduce((sum, each, i) => sum + (each - x) * (ys[i] - y), 0)
  return covariance / xs.reduce((sum, each) => sum + (each - x) ** 2, 0)
}
