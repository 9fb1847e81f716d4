import { within, type Column } from '../../cells/columns.ts'
import type { Measurement } from '../../measure/handoff/measurement.ts'

/** A measurement of a run on a machine with so many cores. */
export interface HandoffRow {
  readonly runId: string
  readonly measurement: Measurement
  readonly cores: number
}

const MEASUREMENT: readonly Column<Measurement>[] = [
  ['kind', ({ kind }) => kind, 'round-trip, one-way, barrier, reduction or start-up'],
  ['method', ({ method }) => method, 'how it is done'],
  ['threads', ({ threads }) => threads, 'threads that take part'],
  ['bytes', ({ bytes }) => bytes, 'bytes of the payload'],
  ['tries', ({ tries }) => tries, 'tries that count'],
  ['median_ns', ({ medianNs }) => medianNs, 'median of the tries'],
  ['min_ns', ({ minNs }) => minNs, 'the fastest'],
  ['p95_ns', ({ p95Ns }) => p95Ns, '95th percentile'],
  ['algbw_gbps', ({ algbw }) => algbw, 'bytes / median, in GB/s'],
  ['busbw_gbps', ({ busbw }) => busbw, 'algbw × 2(n − 1)/n for n threads'],
  ['wrong', ({ wrong }) => wrong, 'tries whose payload was not what had been sent'],
]

export const HANDOFF_COLUMNS: readonly Column<HandoffRow>[] = [
  ['run_id', ({ runId }) => runId],
  ...within(MEASUREMENT, ({ measurement }: HandoffRow) => measurement),
  ['status', ({ measurement, cores }) => handoffStatus(measurement, cores), 'ok or oversubscribed'],
]

/** With more threads than cores they take turns. */
export const handoffStatus = ({ threads }: Measurement, cores: number): 'ok' | 'oversubscribed' =>
  threads > cores ? 'oversubscribed' : 'ok'
