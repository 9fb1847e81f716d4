import type { Cell } from '../cells/cell.ts'
import { purpose, random } from '../model/random.ts'
import type { Timed } from './growth-fit.ts'
import { ledgersOf, stepTimes } from './ledger.ts'
import type { Spent } from './prediction/error.ts'
import type { Session } from './session.ts'
import { median, sum } from './statistics.ts'

/**
 * The time of a number of batches in a row; or of one batch through a number of parts, of the same model or of a model
 * that grows with them.
 */
export interface GrowthPoint extends Timed {
  readonly cell: Cell
  readonly variable: 'batches' | 'parts' | 'model'
  /** Runs whose median the time is. */
  readonly runs: readonly Spent[]
}

/** What trains a cell. */
type Trainer = Pick<Session, 'initialise' | 'run'>

/** Counts of batches. Where steps are long, smaller counts stand for the usual ones. */
const COUNTS = [
  [10, 100, 1000],
  [3, 30, 300],
  [3, 10, 30],
  [1, 2, 4],
] as const
export const USUAL_COUNTS: readonly number[] = COUNTS[0]
/** A disturbance spoils a short run more than a long one, so each repetition has several of the shortest. */
const SHORT_RUNS = 5
/** Until V8 has compiled everything, a short run would seem slower than it is. */
const WARM_UP = { first: 5, most: 1000, mostMs: 250 }
/** Steps through parts. */
const STEPS = { fewest: 3, most: 20, mostMs: 400 }

/** The largest counts that fit: of the smallest ones those that do, but always the first. */
export function countsWithin(stepMs: number, longestMs: number): readonly number[] {
  const fits = (count: number) => count * stepMs <= longestMs
  const all = COUNTS.find((counts) => fits(counts[counts.length - 1]))
  return all ?? COUNTS[COUNTS.length - 1].filter((count, i) => i === 0 || fits(count))
}

/** Gives a cell fresh weights and trains it for a moment. */
export async function warmUp(session: Trainer, cell: Cell): Promise<{ steps: number; stepMs: number }> {
  const { first, most, mostMs } = WARM_UP
  session.initialise(cell)
  const cold = median(stepTimes(await session.run(cell, 0, first, 0))) / 1e6
  const more = Math.max(first, Math.min(most, Math.round(mostMs / cold)))
  const stepMs = median(stepTimes(await session.run(cell, 0, more, first))) / 1e6
  return { steps: first + more, stepMs }
}

/** Trains cells for each of some counts of batches, in an order that the seed shuffles anew for each repetition. */
export async function* measureBatches(
  session: Trainer,
  cells: readonly Cell[],
  counts: readonly number[],
  repetition: number,
  seed: number,
): AsyncGenerator<GrowthPoint, void> {
  const { shuffle } = random(seed, purpose.blocks, repetition)
  for (const cell of cells) {
    const { steps } = await warmUp(session, cell)
    const runs = new Map(counts.map((count) => [count, [] as Spent[]]))
    const order = counts.flatMap((count, i) => Array<number>(i === 0 ? SHORT_RUNS : 1).fill(count))
    for (const count of shuffle(order)) runs.get(count)!.push(await spentOn(session, cell, count, steps, repetition))
    for (const [value, own] of runs) {
      const wallNs = median(own.map(({ stepNs }) => sum(stepNs)))
      yield { cell, variable: 'batches', value, repetition, wallNs, runs: own }
    }
  }
}

/** Times one step of cells that differ in their parts, each on a thread of its own: the median of some. */
export async function* measureParts(
  session: Trainer,
  cells: readonly Cell[],
  variable: 'parts' | 'model',
  repetition: number,
): AsyncGenerator<GrowthPoint, void> {
  const { fewest, most, mostMs } = STEPS
  for (const cell of cells) {
    const { steps, stepMs } = await warmUp(session, cell)
    const count = Math.max(fewest, Math.min(most, Math.round(mostMs / stepMs)))
    const run = await spentOn(session, cell, count, steps, repetition)
    const value = cell.plan.programs.length
    yield { cell, variable, value, repetition, wallNs: median(run.stepNs), runs: [run] }
  }
}

/** @param done steps before */
async function spentOn(session: Trainer, cell: Cell, steps: number, done: number, block: number): Promise<Spent> {
  const reports = await session.run(cell, 0, steps, done)
  return { block, stepNs: stepTimes(reports), warmUp: 0, ranks: ledgersOf(cell.plan, reports, 0) }
}
