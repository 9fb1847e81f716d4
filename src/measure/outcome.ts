import type { Cell } from '../cells/cell.ts'
import type { LimitsTogether } from './alone.ts'
import type { Visit } from './blocks.ts'
import { isCalledDifferent, isDifferent, measuredNs } from './noise.ts'
import type { Prediction } from './prediction/predict.ts'
import { predictionError, type PredictionError } from './prediction/error.ts'
import { summarise, type Summary } from './summary.ts'
import type { Verdict } from './verify.ts'
import { sum } from './statistics.ts'

/** More threads than cores; weights unlike serial's; weights that are not finite; an impossible time. */
export type Status = 'ok' | 'oversubscribed' | 'mismatch' | 'not-finite' | 'impossible'

/** The verdicts on a cell. */
export interface Judged {
  readonly cell: Cell
  /** Undefined if it was not timed. */
  readonly summary: Summary | undefined
  readonly verdict: Verdict
  readonly status: Status
  /** Whether the speed-up differs from 1; undefined where that cannot be told. */
  readonly differs?: boolean | undefined
  readonly prediction?: PredictionError | undefined
}

export interface Outcome extends Judged {
  readonly findings: Findings
  readonly visits: readonly Visit[]
}

/** Cells of one model and batch: they read the same data, and one serial is the reference for all. */
export interface Group {
  /** Tells it from the other groups of its experiment; empty if there is only one. */
  readonly label: string
  /** Serial comes first. */
  readonly cells: readonly Cell[]
}

export interface GroupResult {
  readonly group: Group
  readonly outcomes: readonly Outcome[]
  /** The noise, see `noiseFloor`; undefined if serial was not measured twice. */
  readonly floor: number | undefined
  readonly limits: readonly LimitsTogether[]
  /** Why not all of it was measured: a rank failed, or the user interrupted the run. */
  readonly failure?: unknown
}

interface Evidence extends Pick<GroupResult, 'floor' | 'limits'> {
  /** The first is serial. */
  readonly cells: readonly Cell[]
  readonly visits: readonly Visit[]
  readonly verdicts: ReadonlyMap<Cell, Verdict>
  readonly predictions: ReadonlyMap<Cell, Prediction>
  readonly cores: number
  readonly seed: number
}

/** The outcomes of the cells that were compared with serial. */
export const judge = (evidence: Evidence): Outcome[] =>
  [...evidence.verdicts].map(([cell, verdict]) => outcomeOf(cell, verdict, evidence))

function outcomeOf(cell: Cell, verdict: Verdict, evidence: Evidence): Outcome {
  const { cells, limits, floor, cores, seed } = evidence
  const [serial] = cells
  const of = (which: Cell) => evidence.visits.filter((visit) => visit.cell === which)
  const peakOf = (threads: number) => limits.find((each) => each.threads === Math.min(threads, cores))?.peakGflops
  const visits = of(cell)
  const finite = visits.every((visit) => visit.finite)
  const threads = cell.plan.programs.length
  const [one, together] = [peakOf(1), peakOf(threads)]
  const coresTogether = one && together && together / one
  const isTimed = visits.length > 0 && finite
  const summary = isTimed ? summarise(cell, visits, of(serial), seed, coresTogether) : undefined
  const findings = summary ? guard(cell, summary, visits, together, floor) : { errors: [], warnings: [] }
  const { speedup, speedupInterval } = summary ?? {}
  const prediction = evidence.predictions.get(cell)
  return {
    cell,
    verdict,
    summary,
    status: statusOf(verdict, finite, findings, threads > cores),
    findings,
    differs: cell.again
      ? isCalledDifferent(of(serial), visits, seed)
      : floor === undefined || speedup === undefined || speedupInterval === undefined || cell === serial
        ? undefined
        : isDifferent(speedup, speedupInterval, floor),
    prediction: summary && prediction && predictionError(prediction, summary.medianNs, visits),
    visits,
  }
}

function statusOf({ match }: Verdict, finite: boolean, { errors }: Findings, oversubscribed: boolean): Status {
  if (match === 'different') return 'mismatch'
  if (!finite) return 'not-finite'
  if (errors.length > 0) return 'impossible'
  return oversubscribed ? 'oversubscribed' : 'ok'
}

/** What is wrong with a row. With errors it is no result; warnings matter to its readers. */
export interface Findings {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

/** How far a time may fall below the critical path, and a rate exceed the peak: both are measured, too. */
const PLAN_TOLERANCE = 0.02
const PEAK_TOLERANCE = 0.03
/** A rank's buckets must sum to the time of the steps. */
const LEDGER_TOLERANCE = 0.01

/**
 * Checks that a row is possible at all.
 *
 * @param peakGflops of the cell's cores together, from register to register; undefined where that is unknown
 * @param floor the run's noise
 */
export function guard(
  cell: Cell,
  summary: Summary,
  visits: readonly Visit[],
  peakGflops: number | undefined,
  floor = 0,
): Findings {
  const errors: string[] = []
  const { meanNs, criticalPathNs, gflops, speedupInterval } = summary
  // Both are means of the same steps: a median would be compared with outliers.
  if (meanNs < criticalPathNs * (1 - PLAN_TOLERANCE)) {
    errors.push(
      `a mean step of ${meanNs.toFixed(0)} ns is shorter than its plan’s critical path, ${criticalPathNs.toFixed(0)} ns`,
    )
  }
  if (peakGflops !== undefined && gflops > peakGflops * (1 + PEAK_TOLERANCE)) {
    errors.push(`${gflops.toFixed(1)} GFLOP/s are more than the cores’ peak, ${peakGflops.toFixed(1)}`)
  }
  const off = largestLedgerError(visits)
  if (off > LEDGER_TOLERANCE) {
    errors.push(`a rank’s ledger is ${(100 * off).toFixed(1)} % off the time of the steps`)
  }
  const threads = cell.plan.programs.length
  const { low = 0, high = 0 } = speedupInterval ?? {}
  const speedup = `a speed-up of ${low.toFixed(2)} to ${high.toFixed(2)} on ${threads} threads`
  return { errors, warnings: low > threads * (1 + floor) ? [`${speedup}: smaller parts may fit a cache`] : [] }
}

const largestLedgerError = (visits: readonly Visit[]): number =>
  visits
    .flatMap((visit) => visit.ranks.map(({ ledger }) => sum([...ledger.values()]) / sum(measuredNs(visit)) - 1))
    .reduce((largest, error) => Math.max(largest, Math.abs(error)), 0)
