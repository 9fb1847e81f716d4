import { againOf } from '../cells/choose.ts'
import type { Cell } from '../cells/cell.ts'
import type { KernelChoice } from '../kernels/kernel.ts'
import { stepFlop } from '../model/shape.ts'
import { idealBubble } from '../simulate/bubble.ts'
import { measureLimits, type LimitsTogether } from './alone.ts'
import type { Batches } from './batches.ts'
import { runBlocks, type Blocks, type Visit } from './blocks.ts'
import type { MeasureEvent } from './events.ts'
import { noiseFloor } from './noise.ts'
import { judge, type Group, type GroupResult } from './outcome.ts'
import { predictCells, type Prediction } from './prediction/predict.ts'
import { openSession, type Session } from './session.ts'
import { speedupIsWithin } from './summary.ts'
import { verifyCells, type Verdict } from './verify.ts'

/** Steps after which every cell is compared with serial, before it is timed. */
const VERIFIED_STEPS = 3
/** Enough blocks for an interval; an end where cells are fast. */
const BLOCKS = { fewest: 5, most: 200 }
/** Milliseconds of a visit, within the budget. */
const VISIT_MS = { longest: 400, shortest: 30, quick: 25 }
/** Time for the calibration of instructions, as a share of the blocks' time. */
const CALIBRATION_SHARE = 0.1
/** A visit with warm-up and fresh weights / its measured steps. */
const VISIT_OVERHEAD = 1.4

/** How long a group is measured. */
export interface Effort {
  readonly seed: number
  /** Measured steps of a visit; undefined to fill its time. */
  readonly steps: number | undefined
  /** Blocks; undefined to go on until the speed-ups are precise or the budget is spent. */
  readonly blocks: number | undefined
  /** Half width of a speed-up's interval, as a share of it. */
  readonly precision: number
  /** Seconds. */
  readonly budget: number
  readonly quick: boolean
  readonly pin: boolean
}

export interface Surroundings {
  readonly cores: number
  readonly kernel: KernelChoice
  /** Ends the measurement, and its threads, wherever they are. */
  readonly signal: AbortSignal
}

/** What the same run found before it was killed. */
export interface Earlier {
  readonly visits: readonly Visit[]
  /** Undefined for a cell that cannot be predicted. */
  readonly predictions: ReadonlyMap<Cell, Prediction | undefined>
}

/** The cells of a group, and serial again. */
export const measuredCells = ({ cells }: Group): Cell[] => [...cells, againOf(cells[0])]

/**
 * Verifies, predicts, times and judges the cells of a group. It yields what happens and neither prints nor writes. Nothing
 * runs until the caller asks for the next event. What was measured is judged even if a rank fails or the user interrupts.
 *
 * @param cells of `measuredCells`
 */
export async function* runGroup(
  group: Group,
  cells: readonly Cell[],
  batches: Batches,
  effort: Effort,
  surroundings: Surroundings,
  earlier: Earlier,
): AsyncGenerator<MeasureEvent, GroupResult> {
  const { cores, kernel, signal } = surroundings
  const { seed, pin } = effort
  const serial = cells[0]
  const visits = [...earlier.visits]
  let limits: LimitsTogether[] = []
  let verdicts = new Map<Cell, Verdict>()
  let predictions = new Map<Cell, Prediction>()
  let failure: unknown

  yield { kind: 'planned', cells: group.cells }
  let session: Session | undefined
  try {
    session = await openSession({ cells, batches: batches.count, seed, cores, kernel, pin, signal })
    if (session.unpinned !== undefined) yield { kind: 'warned', message: `--pin: ${session.unpinned}` }
    limits = await measureLimits(session, countsTogether(cells, cores))
    yield { kind: 'limits', limits }
    verdicts = await verifyCells(session, cells, serial, batches, VERIFIED_STEPS)
    yield { kind: 'verified', verdicts }
    const sound = cells.filter((cell) => verdicts.get(cell)?.match !== 'different')
    const blocks = blocksOf(effort, sound.length, (all) =>
      sound.every((cell) => cell === serial || speedupIsWithin(effort.precision, all, cell, serial, seed)),
    )
    const budgetMs = CALIBRATION_SHARE * lengthMs(blocks, sound.length)
    predictions = yield* forecast(session, sound, earlier, cores, budgetMs)
    const begun = performance.now()
    for await (const visit of runBlocks(session, sound, blocks, earlier.visits)) {
      visits.push(visit)
      const done = visits.length - earlier.visits.length
      const progress = {
        done: ((done - 1) % sound.length) + 1,
        cells: sound.length,
        fewest: blocks.fewest,
        leftMs: leftMs(blocks, performance.now() - begun, done, sound.length * blocks.most - visits.length),
        atMost: blocks.budgetSeconds !== Infinity,
      }
      yield { kind: 'visited', visit, progress }
    }
    signal.throwIfAborted()
  } catch (error) {
    failure = signal.aborted ? signal.reason : error
  } finally {
    await session?.close()
  }
  const of = (cell: Cell) => visits.filter((visit) => visit.cell === cell)
  const floor = noiseFloor(of(serial), of(cells[cells.length - 1]), seed)
  const outcomes = judge({ cells, visits, verdicts, predictions, limits, floor, cores, seed })
  return { group, outcomes, floor, limits, ...(failure === undefined ? {} : { failure }) }
}

/**
 * Predicts the steps of cells before they are measured. A run that is resumed keeps its first predictions.
 *
 * @returns the predictions, without the cells that cannot be predicted
 * @throws RankError
 */
export async function* forecast(
  session: Session,
  cells: readonly Cell[],
  { predictions: known }: Pick<Earlier, 'predictions'>,
  cores: number,
  budgetMs: number,
): AsyncGenerator<MeasureEvent, Map<Cell, Prediction>> {
  const left = cells.filter((cell) => !known.has(cell))
  const found = [...known]
  if (left.length > 0) {
    const predictions = await predictCells(session, left, { cores, budgetMs })
    yield { kind: 'predicted', cells: left, predictions }
    found.push(...predictions.of)
  }
  return new Map(found.flatMap(([cell, prediction]) => (prediction ? [[cell, prediction]] : [])))
}

/** The number of blocks that was asked for; else blocks until they are precise or the budget is spent. */
function blocksOf(effort: Effort, cells: number, precise: Blocks['precise']): Blocks {
  const { seed, steps, blocks, quick, budget } = effort
  const share = (budget * 1000) / (BLOCKS.fewest * cells * VISIT_OVERHEAD)
  const visitMs = quick ? VISIT_MS.quick : Math.min(VISIT_MS.longest, Math.max(VISIT_MS.shortest, share))
  return {
    seed,
    steps,
    visitMs,
    fewest: blocks ?? BLOCKS.fewest,
    most: blocks ?? BLOCKS.most,
    budgetSeconds: blocks === undefined ? budget : Infinity,
    precise: blocks === undefined ? precise : () => false,
  }
}

/** Time of the blocks of some cells at most, if no step is longer than a visit. */
const lengthMs = ({ budgetSeconds, most, visitMs }: Blocks, cells: number): number =>
  budgetSeconds === Infinity ? most * cells * visitMs * VISIT_OVERHEAD : budgetSeconds * 1000

/** Time until all blocks that were asked for are done, or the budget is spent. */
const leftMs = ({ budgetSeconds }: Blocks, elapsedMs: number, done: number, left: number): number =>
  budgetSeconds === Infinity ? (elapsedMs / done) * Math.max(0, left) : Math.max(0, budgetSeconds * 1000 - elapsedMs)

/** 1, and the thread counts of the cells, at most the cores. */
function countsTogether(cells: readonly Cell[], cores: number): number[] {
  const counts = cells.map(({ plan }) => Math.min(plan.programs.length, cores))
  return [...new Set([1, ...counts])].sort((a, b) => a - b)
}

/** A step's flop at the speed of one kernel per core, and what the plan leaves idle: no overhead of any kind. */
export function expectedStepNs({ plan }: Cell, gflops: number, cores: number): number {
  const busy = plan.programs.length * (1 - idealBubble(plan))
  return stepFlop(plan.model, plan.batch) / (gflops * Math.min(busy, cores))
}

/** Seconds: threads start, limits are measured for each count, cells are verified, instructions calibrated. */
const START_UP_S = 0.6
const LIMITS_S = 0.5
const CALIBRATED_CELL_S = 0.35

/** How long a group should take, from how fast the kernel is. */
export function expectedSeconds(group: Group, effort: Effort, gflops: number, cores: number): number {
  const cells = measuredCells(group)
  const blocks = blocksOf(effort, cells.length, () => false)
  const steps = cells.map((cell) => expectedStepNs(cell, gflops, cores) / 1e9)
  const verified = steps.reduce((sum, step) => sum + VERIFIED_STEPS * step, 0)
  const before =
    START_UP_S + LIMITS_S * countsTogether(cells, cores).length + CALIBRATED_CELL_S * cells.length + verified
  if (blocks.budgetSeconds !== Infinity) return before + blocks.budgetSeconds
  const visit = (step: number) =>
    VISIT_OVERHEAD * (effort.steps === undefined ? Math.max(blocks.visitMs / 1000, 3 * step) : effort.steps * step)
  return steps.reduce((sum, step) => sum + blocks.most * visit(step), before)
}
