import type { Column } from '../../cells/columns.ts'
import type { Measurement } from '../../measure/handoff/measurement.ts'

/** A measurement of a run; with more threads than cores, threads take turns. */
export interface HandoffRow {
  readonly runId: string
  readonly measurement: Measurement
  readonly cores: number
}

export const HANDOFF_COLUMNS: readonly Column<HandoffRow>[] = [
  ['run_id', ({ runId }) => runId],
  ['kind', ({ measurement }) => measurement.kind, 'round-trip, one-way, barrier, reduction or start-up'],
  ['method', ({ measurement }) => measurement.method, 'how it is done'],
  ['threads', ({ measurement }) => measurement.threads, 'threads that take part'],
  ['bytes', ({ measurement }) => measurement.bytes, 'bytes of the payload'],
  ['tries', ({ measurement }) => measurement.tries, 'tries that count'],
  ['median_ns', ({ measurement }) => measurement.medianNs, 'median of the tries'],
  ['min_ns', ({ measurement }) => measurement.minNs, 'the fastest'],
  ['p95_ns', ({ measurement }) => measurement.p95Ns, '95th percentile'],
  ['algbw_gbps', ({ measurement }) => measurement.algbw, 'bytes / median, in GB/s'],
  ['busbw_gbps', ({ measurement }) => measurement.busbw, 'algbw × 2(n − 1)/n for n threads'],
  ['wrong', ({ measurement }) => measurement.wrong, 'tries whose payload was not what had been sent'],
  ['status', ({ measurement, cores }) => (measurement.threads > cores ? 'oversubscribed' : 'ok'), 'ok or oversubscribed'],
] // prettier-ignore
