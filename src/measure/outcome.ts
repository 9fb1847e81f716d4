import type { Cell } from '../cells/cell.ts'
import type { LimitsTogether } from './alone.ts'
import type { Visit } from './blocks.ts'
import { guard, type Findings } from './guards.ts'
import { isCalledDifferent, isDifferent } from './noise.ts'
import type { Prediction } from './prediction/predict.ts'
import { predictionError, type PredictionError } from './prediction/error.ts'
import { summarise, type Summary } from './summary.ts'
import type { Verdict } from './verify.ts'

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
