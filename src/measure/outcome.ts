import type { LimitsTogether } from './alone.ts'
import type { Visit } from './blocks.ts'
import { isAgain, type Cell } from '../cells/cell.ts'
import { guard, type Findings } from './guards.ts'
import { isCalledDifferent, isDifferent } from './noise.ts'
import type { Prediction } from './prediction/predict.ts'
import { predictionError } from './prediction/error.ts'
import { summarise } from './summary.ts'
import type { Verdict } from './verify.ts'
import type { Judged, Status } from '../report/rows/files.ts'

/** What became of a cell. */
export interface Outcome extends Judged {
  readonly findings: Findings
  readonly visits: readonly Visit[]
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
  const peakOf = (threads: number) =>
    limits.find((each) => each.threads === Math.min(threads, cores))?.peakGflops
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
    differs: isAgain(cell.name)
      ? isCalledDifferent(of(serial), visits, seed)
      : floor === undefined || speedup === undefined || speedupInterval === undefined || cell === serial
        ? undefined
        : isDifferent(speedup, speedupInterval, floor),
    prediction: summary && prediction && predictionError(prediction, summary.medianNs, visits),
    visits,
  }
}

function statusOf(
  { match }: Verdict,
  finite: boolean,
  { errors }: Findings,
  oversubscribed: boolean,
): Status {
  if (match === 'different') return 'mismatch'
  if (!finite) return 'not-finite'
  if (errors.length > 0) return 'impossible'
  return oversubscribed ? 'oversubscribed' : 'ok'
}
