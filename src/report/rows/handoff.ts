import type { Measurement } from '../../measure/handoff/measurement.ts'
import type { Row } from '../folder/csv.ts'

export const HANDOFF_COLUMNS = [
  'run_id',
  'kind',
  'method',
  'threads',
  'bytes',
  'tries',
  'median_ns',
  'min_ns',
  'p95_ns',
  'algbw_gbps',
  'busbw_gbps',
  'wrong',
  'status',
]

/** One row per measurement; with more threads than `cores` they have taken turns, and the status says so. */
export const handoffRow = (runId: string, measurement: Measurement, cores: number): Row => ({
  run_id: runId,
  kind: measurement.kind,
  method: measurement.method,
  threads: measurement.threads,
  bytes: measurement.bytes,
  tries: measurement.tries,
  median_ns: measurement.medianNs,
  min_ns: measurement.minNs,
  p95_ns: measurement.p95Ns,
  algbw_gbps: measurement.algbw,
  busbw_gbps: measurement.busbw,
  wrong: measurement.wrong,
  status: handoffStatus(measurement, cores),
})

export const handoffStatus = ({ threads }: Measurement, cores: number): 'ok' | 'oversubscribed' =>
  threads > cores ? 'oversubscribed' : 'ok'
