import { isSignal } from '../../plan/effects.ts'
import type { HandoffCosts } from '../../simulate/handoff.ts'
import { simulate, type Cost } from '../../simulate/simulate.ts'
import { calibrate, unpredictable, type Calibration, type CalibrationOptions } from './calibrate.ts'
import type { Cell } from '../../cells/cell.ts'
import { BUCKETS, bucketOf, isWait, type Bucket } from '../ledger.ts'
import { overlapOf } from './overlap.ts'
import { keysOf } from './occurrences.ts'
import { spinOf, type Session } from '../session.ts'

/** A step of a cell as the times of its instructions predict it; no step of the cell has been timed. */
export interface Prediction {
  readonly stepNs: number
  /** Waiting / (threads × step). */
  readonly bubble: number
  /** With free handoffs. */
  readonly criticalPathNs: number
  /** The signals assumed: from a publish until another rank goes on, and the barrier of all ranks. */
  readonly handoffNs: number
  readonly barrierNs: number
  /** Per bucket of the ledger, the mean over the ranks. */
  readonly buckets: ReadonlyMap<Bucket, number>
}

export interface Predictions {
  readonly calibration: Calibration
  readonly of: ReadonlyMap<Cell, Prediction>
  /** Why some cells are not predicted. */
  readonly reasons: ReadonlyMap<Cell, string>
}

/**
 * Calibrates single instructions and signals on the session's threads, and simulates the plan of each cell with them.
 * Call it while nothing else runs, before the cells are measured, and initialise their weights afterwards.
 *
 * @throws RankError if a rank fails
 */
export async function predictCells(
  session: Session,
  cells: readonly Cell[],
  options: CalibrationOptions,
): Promise<Predictions> {
  const calibration = await calibrate(session, cells, options)
  const of = new Map<Cell, Prediction>()
  const reasons = new Map<Cell, string>()
  for (const cell of cells) {
    const reason = unpredictable(cell)
    if (reason === undefined) of.set(cell, predict(cell, calibration, options.cores))
    else reasons.set(cell, reason)
  }
  return { calibration, of, reasons }
}

/** Iterations: how much the ranks overlap depends on the times, and the times depend on the overlap. */
const ROUNDS = 4

/**
 * Predicts a step of a cell from calibrated times. An instruction takes longer the more other ranks compute at the same
 * time: its time is interpolated between alone and together by the share of them that compute, taken as constant over the
 * step. Where ranks outnumber cores, the step takes at least all work divided by the cores.
 */
export function predict(cell: Cell, calibration: Calibration, cores: number): Prediction {
  const { plan, wait } = cell
  const ranks = plan.programs.length
  const signals = calibration.signals.get(ranks)!
  const keys = plan.programs.map((_, rank) => keysOf(plan, rank))
  const spinNs = spinOf(wait, ranks > cores) * 1000
  const rounds = Math.max(1, Math.ceil(Math.log2(ranks)))
  const after = (latency: number) => (_from: number, _to: number, waited: number) =>
    waited > spinNs ? signals.wakingNs : latency
  const handoff: HandoffCosts = {
    signal: after(signals.handoffNs),
    round: after(signals.barrierNs / rounds),
    read: (bytes) => bytes / signals.gigabytesPerSecond,
  }
  const costAt =
    (share: number): Cost =>
    (_, rank, index) => {
      const key = keys[rank][index]
      // It only signals, or is part of the instruction before it: it takes little more than reading the clock.
      if (!key) return signals.publishNs
      const times = calibration.timings.get(key.name)!.byThreads
      const alone = times.get(1)!.medianNs
      const together = times.get(ranks)?.medianNs ?? alone
      return alone + share * (together - alone)
    }

  let share = 1
  for (let round = 0; round < ROUNDS; round++) share = overlapOf(plan, costAt(share), handoff)
  const cost = costAt(share)

  const sums = new Map<Bucket, number>(BUCKETS.map((bucket) => [bucket, 0]))
  const add = (bucket: Bucket, time: number) => sums.set(bucket, sums.get(bucket)! + time)
  const ends = plan.programs.map(() => 0)
  const { duration } = simulate(
    plan,
    cost,
    (rank, index, from, to) => {
      add(bucketOf(plan.programs[rank][index]), to - from)
      ends[rank] = to
    },
    handoff,
  )
  for (const end of ends) add('wait-barrier', duration - end)
  const critical = simulate(plan, (...at) => (isSignal(at[0]) ? 0 : cost(...at))).duration

  const waiting = [...sums].reduce((sum, [bucket, time]) => sum + (isWait(bucket) ? time : 0), 0)
  const work = ranks * duration - waiting
  const stepNs = ranks > cores ? Math.max(duration, work / cores) : duration
  const idle = waiting + ranks * (stepNs - duration)
  return {
    stepNs,
    bubble: idle / (ranks * stepNs),
    criticalPathNs: critical,
    handoffNs: signals.handoffNs,
    barrierNs: signals.barrierNs,
    buckets: new Map([...sums].map(([bucket, time]) => [bucket, time / ranks])),
  }
}
