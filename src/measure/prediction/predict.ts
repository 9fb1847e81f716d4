import type { Cell } from '../../cells/cell.ts'
import { isSignal } from '../../plan/effects.ts'
import type { Plan } from '../../plan/plan.ts'
import type { HandoffCosts } from '../../simulate/handoff.ts'
import { simulate, type Cost, type Seen } from '../../simulate/simulate.ts'
import { bucketOf, emptyLedger, isWait, type Ledger } from '../ledger.ts'
import { spinOf, type Session } from '../session.ts'
import { purpose, random } from '../../model/random.ts'
import { mean, median, sum } from '../statistics.ts'
import {
  calibrate,
  unpredictable,
  type Calibration,
  type CalibrationOptions,
  type InstructionTime,
} from './calibrate.ts'
import { keysOf } from './occurrences.ts'

export type Prediction = ReturnType<typeof predict>

/** What is predicted of a cell in the session of a block, before it is timed there. */
export interface Forecast {
  readonly cell: Cell
  readonly block: number
  /** Undefined for a cell that cannot be predicted. */
  readonly prediction: Prediction | undefined
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
/** Simulated steps. */
const STEPS = 101

/**
 * Predicts a step of a cell, in nanoseconds: the median of steps that are simulated with times drawn from the calibrated
 * ones. A sum of medians would be too short, since times are skewed to the right and a step ends with its slowest rank. An
 * instruction takes longer the more other ranks compute at the same time: its time is interpolated between alone and
 * together by the share of them that compute, taken as constant over the step. Where ranks outnumber cores, the step takes
 * at least all work divided by the cores.
 */
export function predict(cell: Cell, calibration: Calibration, cores: number) {
  const { plan } = cell
  const ranks = plan.programs.length
  const { handoffNs, barrierNs } = calibration.signals.get(ranks)!
  const costsAt = costsOf(cell, calibration, cores)
  let share = 1
  for (let round = 0; round < ROUNDS; round++) share = overlapOf(plan, costsAt(share, typical))

  const { ledger, add } = emptyLedger()
  const steps = Array.from(Array(STEPS).keys(), (step) => {
    const { cost: draw, handoff } = costsAt(share, moment(step))
    const times = plan.programs.map((program, rank) => program.map((each, index) => draw(each, rank, index)))
    const cost: Cost = (_, rank, index) => times[rank][index]
    const ends = plan.programs.map(() => 0)
    const note: Seen = (rank, index, from, to) => {
      add(bucketOf(plan.programs[rank][index]), to - from)
      ends[rank] = to
    }
    const { duration } = simulate(plan, cost, note, handoff)
    for (const end of ends) add('wait-barrier', duration - end)
    const free = simulate(plan, (...at) => (isSignal(at[0]) ? 0 : cost(...at)))
    return { duration, criticalPathNs: free.duration }
  })
  const meanNs = mean(steps.map(({ duration }) => duration))
  const waiting = sum([...ledger].map(([bucket, time]) => (isWait(bucket) ? time / STEPS : 0)))
  const leastNs = ranks > cores ? (ranks * meanNs - waiting) / cores : 0
  const stepNs = Math.max(leastNs, median(steps.map(({ duration }) => duration)))
  const longest = Math.max(leastNs, meanNs)
  return {
    stepNs,
    /** Waiting / (threads × step). */
    bubble: (waiting + ranks * (longest - meanNs)) / (ranks * longest),
    /** With free handoffs. */
    criticalPathNs: median(steps.map(({ criticalPathNs }) => criticalPathNs)),
    /** The signals assumed: from a publish until another rank goes on, and the barrier of all ranks. */
    handoffNs,
    barrierNs,
    /** The mean over the ranks and steps. */
    buckets: new Map([...ledger].map(([bucket, time]) => [bucket, time / ranks / STEPS])) as Ledger,
  }
}

/** Chooses among the times of an instruction. */
type Choice = (time: InstructionTime) => number

const typical: Choice = ({ medianNs }) => medianNs

/**
 * The times of one moment of the calibration: passes that follow each other, one for each instruction of a key. Slow
 * moments of the machine make all instructions slow, but an interrupt only one.
 */
function moment(step: number): Choice {
  const place = random(purpose.prediction, step).uniform()
  const uses = new Map<InstructionTime, number>()
  return (time) => {
    const use = uses.get(time) ?? 0
    uses.set(time, use + 1)
    const repetitions = time.rounds[step % time.rounds.length]
    return repetitions[(Math.floor(place * repetitions.length) + use) % repetitions.length]
  }
}

/** Times of a cell's handoffs, and of its instructions by the share of the other ranks that compute at the same time. */
function costsOf({ plan, wait }: Cell, { timings, signals }: Calibration, cores: number) {
  const ranks = plan.programs.length
  const { publishNs, watchedNs, handoffNs, wakingNs, barrierNs, readNs, gigabytesPerSecond } = signals.get(ranks)!
  const keys = plan.programs.map((_, rank) => keysOf(plan, rank))
  const spinNs = spinOf(wait, ranks > cores) * 1000
  const rounds = Math.max(1, Math.ceil(Math.log2(ranks)))
  const after = (latency: number) => (_from: number, _to: number, waited: number) =>
    waited > spinNs ? wakingNs : latency
  const timesOf = (rank: number, index: number) => {
    const key = keys[rank][index]
    return key && timings.get(key.name)!.byThreads
  }
  return (share: number, choose: Choice): Costs => ({
    cost({ op }, rank, index) {
      const times = timesOf(rank, index)
      if (op === 'publish') return watchedNs
      // It only waits, or is part of the instruction before it: it takes little more than reading the clock.
      if (!times) return publishNs
      const alone = choose(times.get(1)!)
      const company = times.get(ranks)
      return company ? alone + share * (choose(company) - alone) : alone
    },
    handoff: {
      signal: after(handoffNs),
      round: after(barrierNs / rounds),
      // Ranks that were timed together read what the others wrote.
      read: (bytes, _from, rank, index) =>
        (timesOf(rank, index)?.has(ranks) ? 1 - share : 1) * (readNs + bytes / gigabytesPerSecond),
    },
  })
}

interface Costs {
  readonly cost: Cost
  readonly handoff: HandoffCosts
}

/**
 * The share of the other ranks that compute while a rank computes, on average over the ranks' work: 1 if all compute all
 * the time, 0 if they take turns or there is only one.
 */
function overlapOf(plan: Plan, { cost, handoff }: Costs): number {
  const ranks = plan.programs.length
  if (ranks === 1) return 0
  const changes: { at: number; by: number }[] = []
  const note: Seen = (rank, index, from, to) => {
    if (isSignal(plan.programs[rank][index]) || to <= from) return
    changes.push({ at: from, by: 1 }, { at: to, by: -1 })
  }
  simulate(plan, cost, note, handoff)
  changes.sort((a, b) => a.at - b.at)
  let active = 0
  let last = 0
  let alone = 0
  let others = 0
  for (const { at, by } of changes) {
    alone += active * (at - last)
    others += active * (active - 1) * (at - last)
    active += by
    last = at
  }
  return alone === 0 ? 0 : others / (alone * (ranks - 1))
}
