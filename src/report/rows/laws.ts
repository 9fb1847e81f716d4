import type { Fit, Parameter, Refusal } from '../../measure/laws/fit.ts'
import type { Row } from '../folder/csv.ts'
import type { RunIdentity } from './files.ts'

export const LAWS_COLUMNS = [
  'run_id',
  'experiment',
  'series',
  'law',
  'parameter',
  'value',
  'ci_low',
  'ci_high',
  'points',
  'largest_error',
  'status',
  'reason',
]

/** A row per parameter of a law that was fitted to a series; one without a parameter if it was refused. */
export function lawRows(run: RunIdentity, series: string, finding: Fit | Refusal): Row[] {
  const { law, points, status } = finding
  const common = { run_id: run.runId, experiment: run.experiment, series, law: law.name }
  if (finding.status === 'refused') {
    const { reason } = finding
    return [{ ...common, ...columnsOf(undefined), points, largest_error: undefined, status, reason }]
  }
  return finding.parameters.map((parameter) => ({
    ...common,
    ...columnsOf(parameter),
    points,
    largest_error: finding.largestError,
    status,
    reason: undefined,
  }))
}

const columnsOf = (parameter: Parameter | undefined) => ({
  parameter: parameter?.name,
  value: parameter?.value,
  ci_low: bound(parameter?.interval.low),
  ci_high: bound(parameter?.interval.high),
})

/** Where nothing bounds a parameter, the field is empty. */
const bound = (value: number | undefined): number | undefined => (value === Infinity ? undefined : value)
