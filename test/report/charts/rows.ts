import type { CsvRow } from '../../../src/report/folder/read-csv.ts'
import type { RunData } from '../../../src/report/charts/run-data.ts'
import type { TraceEvent } from '../../../src/report/rows/trace.ts'

/** The files of a made-up run, with numbers that are easy to find in a picture. */

export const MACHINE = { cpu: 'A processor <fast> & cool', availableCores: 2, node: 'v20.1.2' }

const LAYERS = '20-8-8-8-4'

const splitOf = (cell: string) => {
  const [mode, variant] = cell.replace('zero-bubble', 'zero_bubble').split('-')
  return {
    mode,
    schedule: mode === 'pipeline' ? variant.replace('_', '-') : '',
    reduction: mode === 'data' ? variant : '',
    handoff: 'shared',
    dispatch: 'resident',
    wait: 'spin-then-wait',
  }
}

export const summaryRow = (cell: string, fields: Record<string, string | number> = {}): CsvRow => {
  const threads = Number(/\d+$/.exec(cell)?.[0])
  const row = {
    run_id: 'a-run',
    experiment: 'scaling',
    cell,
    ...splitOf(cell),
    threads,
    layers: LAYERS,
    batch: 64,
    microbatches: 1,
    optimizer: 'sgd',
    kernel: 'simd',
    seed: 1,
    median_ns: 1000,
    ci_low_ns: 900,
    ci_high_ns: 1100,
    samples_per_second: 64e6,
    speedup: threads * 0.75,
    speedup_ci_low: threads * 0.7,
    speedup_ci_high: threads * 0.8,
    bubble_fraction: 0.5,
    bubble_fraction_ideal: 0.25,
    status: threads > MACHINE.availableCores ? 'oversubscribed' : 'ok',
    ...fields,
  }
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)]))
}

export const ledgerRow = (cell: string, rank: number, bucket: string, ns: number, layers = LAYERS) => ({
  run_id: 'a-run',
  experiment: 'scaling',
  cell,
  layers,
  batch: '64',
  block: '0',
  rank: String(rank),
  thread_id: '7',
  bucket,
  ns: String(ns),
})

export const growthRow = (cell: string, variable: string, value: number, block: number, ns: number) => ({
  run_id: 'a-run',
  kernel: 'simd',
  cell,
  ...splitOf(cell),
  threads: String(Number(/\d+$/.exec(cell)?.[0])),
  variable,
  value: String(value),
  block: String(block),
  seed: '1',
  wall_ns: String(ns),
})

export const lawRow = (series: string, law: string, parameter: string, value: number) => ({
  run_id: 'a-run',
  experiment: 'scaling',
  series,
  law,
  parameter,
  value: String(value),
})

export const processEvent = (pid: number, cell: string): TraceEvent => ({
  ph: 'M',
  pid,
  tid: 0,
  name: 'process_name',
  args: { name: cell, experiment: 'scaling', cell, layers: LAYERS, batch: 64 },
})

/** Microseconds. */
export const spanEvent = (pid: number, rank: number, cat: string, from: number, to: number, name = cat) =>
  ({ ph: 'X', pid, tid: rank, name, cat, ts: from, dur: to - from }) satisfies TraceEvent

export const run = (files: Partial<RunData>): RunData => ({ machine: MACHINE, ...files })
