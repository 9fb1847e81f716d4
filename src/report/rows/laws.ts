import type { Column } from '../../cells/columns.ts'
import type { RunFacts } from '../../cells/dimension.ts'
import type { Fit, Refusal } from '../../measure/laws/fit.ts'

/** A row per parameter of a law that was fitted to a series, or one without a parameter if the law was refused. */
export const lawRows = (run: Pick<RunFacts, 'runId' | 'experiment'>, series: string, finding: Fit | Refusal) =>
  (finding.status === 'ok' ? finding.parameters : [undefined]).map((parameter) => ({ run, series, finding, parameter }))

/** Where nothing bounds a parameter, the field is empty. */
const bound = (value: number | undefined): number | undefined => (value === Infinity ? undefined : value)

export const LAWS_COLUMNS: readonly Column<ReturnType<typeof lawRows>[number]>[] = [
  ['run_id', ({ run }) => run.runId],
  ['experiment', ({ run }) => run.experiment],
  ['series', ({ series }) => series, 'cells that differ in their threads alone; over serial, or as named'],
  ['law', ({ finding }) => finding.law.name, 'amdahl, gustafson or usl'],
  ['parameter', ({ parameter }) => parameter?.name, 'of the law; empty if it was refused'],
  ['value', ({ parameter }) => parameter?.value, 'estimate; empty if it does not exist'],
  ['ci_low', ({ parameter }) => bound(parameter?.interval.low), '95 % interval, bootstrapped over blocks'],
  ['ci_high', ({ parameter }) => bound(parameter?.interval.high), 'empty where nothing bounds it'],
  ['points', ({ finding }) => finding.points, 'distinct thread counts'],
  ['largest_error', ({ finding }) => (finding.status === 'ok' ? finding.largestError : undefined), 'largest relative distance of the law from a point'],
  ['status', ({ finding }) => finding.status, 'ok or refused'],
  ['reason', ({ finding }) => (finding.status === 'refused' ? finding.reason : undefined), 'why it was refused'],
] // prettier-ignore
