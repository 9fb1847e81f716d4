import type { LimitsTogether } from './alone.ts'
import type { Visit } from './blocks.ts'
import type { Cell } from '../cells/cell.ts'
import { guard, type Findings } from './guards.ts'
import { isCalledDifferent, isDifferent } from './noise.ts'
import type { Prediction } from './prediction/predict.ts'
import { predictionError } from './prediction/error.ts'
import { summarise } from './summary.ts'
import type { Verdict } from './verify.ts'
import type { PredictionError } from './prediction/error.ts'
import type { Summary } from './summary.ts'

/** More threads than cores; weights unlike serial's; weights that are not finite; an impossible time. */
export type Status = 'ok' | 'oversubscribed' | 'mismatch' | 'not-finite' | 'impossible'

/** What is said of a cell in the end. */
export interface Judged {
  readonly cell: Cell
  /** Undefined if it was not timed. */
  readonly summary: Summary | undefined
  readonly verdict: Verdict
  readonly status: Status
  /** Undefined where nothing tells whether the speed-up differs from 1. */
  readonly differs?: boolean | undefined
  /** How far the prediction was off; undefined if there was none. */
  readonly prediction?: PredictionError | undefined
}

/** What became of a cell. */
export interface Outcome extends Judged {
  readonly findings: Findings
  readonly visits: readonly Visit[]
}

/** Cells of one model and batch: they read the same data, and are verified against and compared with one serial. */
export interface Group {
  /** What tells it from the other groups of its experiment; empty if there is only one. */
  readonly label: string
  /** Serial comes first. */
  readonly cells: readonly Cell[]
}

export interface GroupResult {
  readonly group: Group
  readonly outcomes: readonly Outcome[]
  /** What the run's two serials differ by; undefined if they were not both measured. */
  readonly floor: number | undefined
  readonly limits: readonly LimitsTogether[]
  /** Why not all of it was measured: a rank failed, or the user interrupted the run. */
  readonly failure?: unknown
}

/** What a group's cells are judged by. */
export interface Evidence {
  /** The first is serial. */
  readonly cells: readonly Cell[]
  readonly visits: readonly Visit[]
  readonly verdicts: ReadonlyMap<Cell, Verdict>
  readonly predictions: ReadonlyMap<Cell, Prediction>
  readonly limits: readonly LimitsTogether[]
  /** What the run's two serials differ by; undefined if they were not both measured. */
  readonly floor: number | undefined
  readonly cores: number
  readonly seed: number
}

/** What became of the cells that were compared with serial. */
export const judge = (evidence: Evidence): Outcome[] =>
  evidence.cells.flatMap((cell) => {
    const verdict = evidence.verdicts.get(cell)
    return verdict ? [outcomeOf(cell, verdict, evidence)] : []
  })

function outcomeOf(cell: Cell, verdict: Verdict, evidence: Evidence): Outcome {
  const { cells, limits, floor, cores, seed, predictions } = evidence
  const [serial] = cells
  const of = (which: Cell) => evidence.visits.filter((visit) => visit.cell === which)
  const peakOf = (threads: number) => limits.find((each) => each.threads === Math.min(threads, cores))?.peakGflops
  const visits = of(cell)
  const finite = visits.every((visit) => visit.finite)
  const threads = cell.plan.programs.length
  const [one, together] = [peakOf(1), peakOf(threads)]
  const summary =
    visits.length > 0 && finite
      ? summarise(cell, visits, of(serial), seed, one && together && together / one)
      : undefined
  const findings = summary ? guard(cell, summary, visits, together, floor) : { errors: [], warnings: [] }
  const { speedup, speedupInterval } = summary ?? {}
  const prediction = predictions.get(cell)
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
