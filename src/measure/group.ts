import { againOf } from '../cells/choose.ts'
import type { Cell } from '../cells/cell.ts'
import type { KernelChoice } from '../kernels/kernel.ts'
import { purpose, random } from '../model/random.ts'
import { highestOf, measureLimits, measurePeaks, type LimitsTogether } from './alone.ts'
import type { Batches } from './batches.ts'
import { runBlock, type Visit } from './blocks.ts'
import {
  blocksOf,
  countsTogether,
  isOverBudget,
  progressOf,
  VERIFIED_STEPS,
  type Blocks,
  type Effort,
  type Pace,
} from './effort.ts'
import type { MeasureEvent } from './events.ts'
import type { CalibrationOptions } from './prediction/calibrate.ts'
import { noiseOf } from './noise.ts'
import { judge, type Group, type GroupResult } from './outcome.ts'
import { predictCells, type Forecast } from './prediction/predict.ts'
import { openSession, type Session } from './session.ts'
import { speedupIsWithin } from './summary.ts'
import { courseOf, verifyCells, type Verdict } from './verify.ts'

/** Each session's memory is shifted by some cache lines of 64 bytes, less than a page. */
const LINE_FLOATS = 16
const SKEW_LINES = 64

export interface Surroundings {
  readonly cores: number
  readonly kernel: KernelChoice
  /** Ends the measurement, and its threads, wherever they are. */
  readonly signal: AbortSignal
}

/** What the same run found before it was killed. */
export interface Earlier {
  readonly visits: readonly Visit[]
  readonly forecasts: readonly Forecast[]
}

/** The cells of a group, and serial again. */
export const measuredCells = ({ cells }: Group): Cell[] => [...cells, againOf(cells[0])]

/** What a group has found so far. */
interface Found {
  readonly visits: Visit[]
  /** Blocks whose session has ended as it should. */
  readonly finished: Set<number>
  readonly verdicts: Map<Cell, Verdict>
  readonly forecasts: Forecast[]
  limits: readonly LimitsTogether[]
}

/**
 * Verifies, predicts, times and judges the cells of a group. Each block has a session of its own, with new threads and new
 * memory: steps of one session resemble each other more than those of the next. It yields what happens and neither prints
 * nor writes. Nothing runs until the caller asks for the next event. What was measured is judged even if a rank fails or
 * the user interrupts.
 *
 * @param cells of `measuredCells`
 * @param earlier visits of finished blocks
 */
export async function* runGroup(
  group: Group,
  cells: readonly Cell[],
  batches: Batches,
  effort: Effort,
  surroundings: Surroundings,
  earlier: Earlier,
): AsyncGenerator<MeasureEvent, GroupResult> {
  const { cores, signal } = surroundings
  const visits = [...earlier.visits]
  const finished = new Set(visits.map(({ block }) => block))
  const found: Found = { visits, finished, verdicts: new Map(), forecasts: [...earlier.forecasts], limits: [] }
  let failure: unknown

  yield { kind: 'planned', cells: group.cells }
  try {
    const blocks = blocksOf(effort, cells.length)
    const pace: Pace = { begun: performance.now(), longestMs: 0, known: finished.size }
    for (let block = 0; found.verdicts.size === 0 || !isEnough(found, blocks, pace, cells); block++) {
      // A run that goes on needs a session to verify and judge, even if it has all blocks.
      const isLast = finished.size >= blocks.most
      if (finished.has(block) && !isLast) continue
      yield* runSession(block, cells, batches, { effort, blocks, pace, ...surroundings }, found)
    }
    if (isCondemned(cells, found, cores)) await measurePeaksAgain(cells, { ...surroundings, ...effort }, found)
    signal.throwIfAborted()
  } catch (error) {
    failure = signal.aborted ? signal.reason : error
  }
  const { verdicts, limits, forecasts } = found
  const of = (cell: Cell) => visits.filter((visit) => visit.cell === cell)
  const noise = noiseOf(of(cells[0]), of(cells[cells.length - 1]))
  const outcomes = judge({ cells, visits, verdicts, forecasts, limits, cores })
  return { group, outcomes, noise, limits, ...(failure === undefined ? {} : { failure }) }
}

/** Whether a cell is called impossible. */
const isCondemned = (cells: readonly Cell[], { verdicts, visits, limits }: Found, cores: number): boolean =>
  judge({ cells, visits, verdicts, limits, forecasts: [], cores }).some(({ status }) => status === 'impossible')

/** Sessions in which the peak is measured again before a cell is condemned by it. */
const PEAK_SESSIONS = 3

async function measurePeaksAgain(
  cells: readonly Cell[],
  options: Surroundings & Pick<Effort, 'seed' | 'pin'>,
  found: Found,
): Promise<void> {
  for (let attempt = 0; attempt < PEAK_SESSIONS && isCondemned(cells, found, options.cores); attempt++) {
    const session = await openSession({ ...options, cells: cells.slice(0, 1), batches: 1 })
    try {
      found.limits = highestOf(found.limits, await measurePeaks(session, [1]))
    } finally {
      await session.close()
    }
  }
}

interface Conditions extends Surroundings {
  readonly effort: Effort
  readonly blocks: Blocks
  readonly pace: Pace
}

/** A block in a session of its own: it is verified, predicted and timed. The first session of a run also measures limits. */
async function* runSession(
  block: number,
  cells: readonly Cell[],
  batches: Batches,
  { effort, blocks, pace, cores, kernel, signal }: Conditions,
  found: Found,
): AsyncGenerator<MeasureEvent, void> {
  const { visits, finished, verdicts } = found
  const { seed, pin } = effort
  const [serial] = cells
  const start = performance.now()
  const skew = LINE_FLOATS * random(seed, purpose.skew, block).below(SKEW_LINES)
  const session = await openSession({ cells, batches: batches.count, seed, cores, kernel, pin, signal, skew })
  try {
    const isFirst = verdicts.size === 0
    if (isFirst) {
      if (session.unpinned !== undefined) yield { kind: 'warned', message: `--pin: ${session.unpinned}` }
      found.limits = await measureLimits(session, countsTogether(cells, cores))
      yield { kind: 'limits', limits: found.limits }
    } else found.limits = highestOf(found.limits, await measurePeaks(session, countsTogether(cells, cores)))
    for (const [cell, verdict] of await verifyCells(session, cells, serial, batches, VERIFIED_STEPS)) {
      if (verdicts.get(cell)?.match !== 'different') verdicts.set(cell, verdict)
    }
    const sound = soundOf(cells, verdicts)
    if (isFirst) {
      yield { kind: 'verified', verdicts }
      pace.begun = performance.now()
      if (finished.has(block) || isEnough(found, blocks, pace, cells)) return
    }
    const options = { cores, budgetMs: blocks.calibrationMs }
    found.forecasts.push(...(yield* forecast(session, sound, block, found.forecasts, options)))
    const own: Visit[] = []
    for await (const visit of runBlock(session, sound, block, { ...effort, visitMs: blocks.visitMs })) {
      visits.push(visit)
      own.push(visit)
      yield { kind: 'visited', visit, progress: progressOf(blocks, pace, finished.size, own.length, sound.length) }
    }
    for (const cell of await strayed(session, serial, own, verdicts)) {
      verdicts.set(cell, { ...verdicts.get(cell)!, match: 'different' })
    }
  } finally {
    await session.close()
  }
  finished.add(block)
  pace.longestMs = Math.max(pace.longestMs, performance.now() - start)
  yield { kind: 'finished', block }
}

const soundOf = (cells: readonly Cell[], verdicts: ReadonlyMap<Cell, Verdict>): Cell[] =>
  cells.filter((cell) => verdicts.get(cell)?.match !== 'different')

function isEnough({ visits, finished, verdicts }: Found, blocks: Blocks, pace: Pace, cells: readonly Cell[]): boolean {
  const { fewest, most, precision } = blocks
  if (finished.size < fewest) return false
  if (finished.size >= most || isOverBudget(blocks, pace)) return true
  const [serial] = cells
  return (
    precision !== undefined &&
    soundOf(cells, verdicts).every((cell) => cell === serial || speedupIsWithin(precision, visits, cell, serial))
  )
}

/**
 * Predicts the steps of cells in a session, before they are timed there. A run that is resumed keeps what it knows.
 *
 * @returns what is predicted beside what is known
 * @throws RankError
 */
export async function* forecast(
  session: Session,
  cells: readonly Cell[],
  block: number,
  known: readonly Forecast[],
  options: CalibrationOptions,
): AsyncGenerator<MeasureEvent, Forecast[]> {
  const left = cells.filter((cell) => !known.some((other) => other.cell === cell && other.block === block))
  if (left.length === 0) return []
  const predictions = await predictCells(session, left, options)
  yield { kind: 'predicted', block, cells: left, predictions }
  return left.map((cell) => ({ cell, block, prediction: predictions.of.get(cell) }))
}

/** The cells that were verified as exact, and whose weights after all timed steps are not serial's after as many. */
async function strayed(
  session: Session,
  serial: Cell,
  visits: readonly Visit[],
  verdicts: ReadonlyMap<Cell, Verdict>,
): Promise<Cell[]> {
  const exact = visits.filter(({ cell }) => verdicts.get(cell)?.match === 'exact')
  const course = await courseOf(
    session,
    serial,
    exact.map(({ stepNs }) => stepNs.length),
  )
  return exact.flatMap(({ cell, stepNs, sha256 }) => (course.get(stepNs.length) === sha256 ? [] : [cell]))
}
