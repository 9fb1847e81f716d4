import { purpose, random } from '../model/random.ts'
import type { RankReport } from '../runtime/orders.ts'
import type { Cell } from '../cells/cell.ts'
import { ledgersOf, type RankLedger, stepTimes } from './ledger.ts'
import type { Session } from './session.ts'
import { median } from './statistics.ts'
import { weightsHash } from './verify.ts'

/** What one cell did in one block. */
export interface Visit {
  readonly cell: Cell
  readonly block: number
  /** Its place in the order of the block. */
  readonly position: number
  /** Nanoseconds of each step; the first `warmUp` do not count. */
  readonly stepNs: readonly number[]
  readonly warmUp: number
  readonly ranks: readonly RankLedger[]
  /** Of the measured steps. */
  readonly reports: readonly VisitReport[]
  /** False if a weight is infinite or not a number: what was timed has not trained. */
  readonly finite: boolean
  /** Of the weights after all steps, see `weightsHash`. */
  readonly sha256: string
}

export type VisitReport = Pick<RankReport, 'rank' | 'threadId' | 'spent' | 'stamps' | 'cpuMs'>

/** How long a visit lasts. */
export interface VisitLength {
  readonly seed: number
  /** How long a visit's measured steps should last. */
  readonly visitMs: number
  /** Measured steps of a visit, instead of as many as fill `visitMs`. */
  readonly steps?: number | undefined
}

/** Warm-up runs in chunks, each a share of a visit; it is over when two in a row take the same time. */
const WARM_UP = { share: 0.1, first: 3, mostChunks: 7, flat: 0.03 }
/** Enough for a median, and not more than a file should hold. */
const STEPS = { fewest: 3, most: 1000 }
/** The step after a pause finds its thread asleep. */
const AFTER_PAUSE = 2

/**
 * Runs every cell once, from fresh weights, in an order shuffled by the seed, so that drift of the machine affects all of
 * them alike. No rank runs while a visit is yielded.
 *
 * @param session of this block only
 */
export async function* runBlock(
  session: Session,
  cells: readonly Cell[],
  block: number,
  length: VisitLength,
): AsyncGenerator<Visit, void> {
  const order = random(length.seed, purpose.blocks, block).shuffle([...cells])
  for (const [position, cell] of order.entries()) yield await runVisit(session, cell, block, position, length)
}

/** Steps that fill a time, but at least `fewest`. */
const stepsIn = (ms: number, stepNs: number, fewest: number): number =>
  Math.min(STEPS.most, Math.max(fewest, Math.round((ms * 1e6) / stepNs)))

async function runVisit(
  session: Session,
  cell: Cell,
  block: number,
  position: number,
  { steps, visitMs }: VisitLength,
): Promise<Visit> {
  session.initialise(cell)
  const stepNs: number[] = []
  /** The median of the last chunk of warm-up. */
  let flatNs = Infinity
  let chunk = WARM_UP.first
  for (let chunks = 0; chunks < WARM_UP.mostChunks; chunks++) {
    const times = stepTimes(await session.run(cell, 0, chunk, stepNs.length))
    stepNs.push(...times)
    const before = flatNs
    flatNs = median(times)
    // The first chunk only tells how many steps the others are to have.
    if (chunks > 1 && Math.abs(flatNs / before - 1) < WARM_UP.flat) break
    if (chunks === 0) chunk = stepsIn(visitMs * WARM_UP.share, flatNs, WARM_UP.first)
  }
  const measured = steps ?? stepsIn(visitMs, flatNs, STEPS.fewest)
  const reports = await session.run(cell, AFTER_PAUSE, measured, stepNs.length)
  const warmUp = stepNs.length + AFTER_PAUSE
  stepNs.push(...stepTimes(reports))
  const ranks = ledgersOf(cell.plan, reports, AFTER_PAUSE)
  const weights = session.weights(cell).map(([replica]) => replica)
  const finite = weights.every((layer) => layer.every(Number.isFinite))
  return { cell, block, position, stepNs, warmUp, ranks, reports, finite, sha256: weightsHash(weights) }
}
