import type { Cell } from '../cells/cell.ts'
import type { LimitsTogether } from './alone.ts'
import type { Visit } from './blocks.ts'
import { isWait, type Bucket } from './ledger.ts'
import { isDifferent, pairedRatios } from './noise.ts'
import type { Forecast } from './prediction/predict.ts'
import { predictionError, type PredictionError } from './prediction/error.ts'
import { karpFlatt, spreadOf, summarise, type Spread, type Summary } from './summary.ts'
import type { Verdict } from './verify.ts'
import { median, sum } from './statistics.ts'

/** More threads than cores; weights unlike serial's; weights that are not finite; an impossible time. */
export type Status = 'ok' | 'oversubscribed' | 'mismatch' | 'not-finite' | 'impossible'

/** The verdicts on a cell. */
export interface Judged {
  readonly cell: Cell
  /** Undefined if it was not timed. */
  readonly summary: Summary | undefined
  readonly verdict: Verdict
  readonly status: Status
  /**
   * Whether the speed-up differs from 1, see `isDifferent`; of serial again, whether it differs from serial. Not known
   * where the cell or serial is not sound.
   */
  readonly differs?: boolean | undefined
  /** The serial fraction (Karp and Flatt 1990) that the speed-up over one thread of the cell's own family amounts to. */
  readonly karpFlattOwn?: number | undefined
  readonly prediction?: PredictionError | undefined
}

export interface Outcome extends Judged {
  readonly findings: Findings
  readonly visits: readonly Visit[]
}

/** Whether a cell has passed every check. The others have no result, whatever their times, and count in no conclusion. */
export const isSound = ({ status }: { readonly status?: string | undefined }): boolean =>
  status === 'ok' || status === 'oversubscribed'

/** A cell with times that count. */
export type Sound = Outcome & { readonly summary: Summary }

export const soundOf = (outcomes: readonly Outcome[]): Sound[] =>
  outcomes.filter((outcome): outcome is Sound => isSound(outcome) && outcome.summary !== undefined)

/** The cell that the others are compared with. */
export const serialOf = (outcomes: readonly Outcome[]): Outcome | undefined =>
  outcomes.find(({ cell }) => cell.mode === 'serial' && !cell.again)

/** Sessions in which some cell was timed. */
export const sessionsOf = (outcomes: readonly Outcome[]): number =>
  new Set(outcomes.flatMap(({ visits }) => visits.map(({ block }) => block))).size

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
  /** See `noiseOf`; undefined if serial was not measured twice in several blocks. */
  readonly noise: number | undefined
  readonly limits: readonly LimitsTogether[]
  /** Why not all of it was measured: a rank failed, or the user interrupted the run. */
  readonly failure?: unknown
}

interface Evidence extends Pick<GroupResult, 'limits'> {
  /** The first is serial. */
  readonly cells: readonly Cell[]
  readonly visits: readonly Visit[]
  readonly verdicts: ReadonlyMap<Cell, Verdict>
  readonly forecasts: readonly Forecast[]
  readonly cores: number
}

const visitsOf = ({ visits }: Pick<Evidence, 'visits'>, cell: Cell): Visit[] =>
  visits.filter((visit) => visit.cell === cell)

/** The outcomes of the cells that were compared with serial. */
export function judge(evidence: Evidence): Outcome[] {
  const [serial, ...others] = evidence.cells
  const of = (cell: Cell) => visitsOf(evidence, cell)
  const spread = spreadOf(others.map(of), of(serial))
  const outcomes = [...evidence.verdicts].map(([cell, verdict]) =>
    outcomeOf(cell, verdict, evidence, cell === serial ? { ...spread, speedup: 0 } : spread),
  )
  const sound = soundOf(outcomes)
  const isComparable = sound.some(({ cell }) => cell === serial)
  return outcomes.map((outcome) => {
    const { cell } = outcome
    const result = isComparable && cell !== serial ? sound.find((other) => other.cell === cell) : undefined
    const differs = isDifferent(result?.summary.speedupInterval)
    return { ...outcome, differs, karpFlattOwn: result && karpFlattOwn(result, sound) }
  })
}

function karpFlattOwn({ cell, visits }: Sound, sound: readonly Sound[]): number | undefined {
  const threads = cell.plan.programs.length
  const alone = sound.find((other) => other.cell.family === cell.family && other.cell.plan.programs.length === 1)
  const speedups = alone && threads > 1 ? pairedRatios(alone.visits, visits) : []
  return speedups.length === 0 ? undefined : karpFlatt(median(speedups), threads)
}

function outcomeOf(cell: Cell, verdict: Verdict, evidence: Evidence, spread: Spread): Outcome {
  const { cells, limits, cores } = evidence
  const [serial] = cells
  const peakOf = (threads: number) => limits.find((each) => each.threads === Math.min(threads, cores))?.peakGflops
  const visits = visitsOf(evidence, cell)
  const finite = visits.every((visit) => visit.finite)
  const threads = cell.plan.programs.length
  const [one, together] = [peakOf(1), peakOf(threads)]
  const coresTogether = one && together && together / one
  const isTimed = visits.length > 0 && finite
  const summary = isTimed ? summarise(cell, visits, visitsOf(evidence, serial), coresTogether, spread) : undefined
  const findings = summary ? guard(cell, summary, visits, one, cores) : { errors: [], warnings: [] }
  const forecasts = evidence.forecasts.filter((forecast) => forecast.cell === cell)
  return {
    cell,
    verdict,
    summary,
    status: statusOf(verdict, finite, findings, threads > cores),
    findings,
    prediction: summary && predictionError(forecasts, visits),
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
/** Shares of time that a reader should know of: between instructions, and without a processor though there was work. */
const NOTABLE_OTHER = 0.2
const NOTABLE_PREEMPTED = 0.1

/**
 * Checks that a row is possible at all.
 *
 * @param corePeak GFLOP/s of one core alone, from register to register; undefined where that is unknown
 * @param cores of this machine
 */
export function guard(
  { plan }: Cell,
  summary: Summary,
  visits: readonly Visit[],
  corePeak: number | undefined,
  cores: number,
): Findings {
  const errors: string[] = []
  const warnings: string[] = []
  const { meanNs, criticalPathNs, gflops, speedupInterval } = summary
  const threads = plan.programs.length
  // Both are means of the same steps: a median would be compared with outliers.
  if (meanNs < criticalPathNs * (1 - PLAN_TOLERANCE)) {
    errors.push(
      `a mean step of ${meanNs.toFixed(0)} ns is shorter than its plan’s critical path, ${criticalPathNs.toFixed(0)} ns`,
    )
  }
  // Cores together are never faster than so many alone, which are measured more easily.
  const peak = corePeak && corePeak * Math.min(threads, cores)
  if (peak !== undefined && gflops > peak * (1 + PEAK_TOLERANCE)) {
    errors.push(`${gflops.toFixed(1)} GFLOP/s are more than the cores’ peak, ${peak.toFixed(1)}`)
  }
  const { low = 0, high = 0 } = speedupInterval ?? {}
  if (low > threads) {
    warnings.push(`a speed-up of ${low.toFixed(2)} to ${high.toFixed(2)} on ${threads} threads: more than the threads`)
  }
  const { other, preempted } = spentOutside(visits)
  if (other > NOTABLE_OTHER) warnings.push(`${percentOf(other)} of its time is spent between instructions`)
  if (preempted > NOTABLE_PREEMPTED) {
    warnings.push(`its threads had no processor for ${percentOf(preempted)} of the time in which they worked`)
  }
  return { errors, warnings }
}

const percentOf = (share: number): string => `${(100 * share).toFixed(0)} %`

/**
 * Shares of the time of all ranks: that in the ledger's bucket `other`, and, of the time in which they did not wait, that
 * without a processor; 0 where Node does not tell a thread's processor time.
 */
function spentOutside(visits: readonly Visit[]): { other: number; preempted: number } {
  const ledgers = visits.flatMap(({ ranks }) => ranks.map(({ ledger }) => ledger))
  const total = (counts: (bucket: Bucket) => boolean) =>
    sum(ledgers.flatMap((ledger) => [...ledger].flatMap(([bucket, ns]) => (counts(bucket) ? [ns] : []))))
  const working = total((bucket) => !isWait(bucket))
  const cpuNs = sum(visits.flatMap(({ reports }) => reports.map(({ cpuMs = NaN }) => cpuMs * 1e6)))
  return {
    other: total((bucket) => bucket === 'other') / total(() => true),
    preempted: Number.isNaN(cpuNs) || working === 0 ? 0 : 1 - cpuNs / working,
  }
}
