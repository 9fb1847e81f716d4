import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { BUCKETS } from '../../../src/measure/ledger.ts'
import { summarise } from '../../../src/measure/summary.ts'
import type { Verdict } from '../../../src/measure/verify.ts'
import { appendRows, type Row } from '../../../src/report/folder/csv.ts'
import {
  configurationRow,
  blockRow,
  BLOCKS_COLUMNS,
  LEDGER_COLUMNS,
  ledgerRows,
  SAMPLES_COLUMNS,
  sampleRows,
  SUMMARY_COLUMNS,
  summaryRow,
  TRAINING_COLUMNS,
  trainingRow,
  type RunIdentity,
} from '../../../src/report/rows/files.ts'
import { visitOf } from '../../measure/visits.ts'
import { smallCell } from '../../runtime/cells.ts'

const RUN: RunIdentity = {
  runId: 'run',
  experiment: 'scaling',
  kernel: 'js',
  arithmetic: 'f32',
  seed: 7,
}
const VERDICT: Verdict = { match: 'close', maxUlp: 1.5, sha256: 'ab12' }

const CONFIGURATION =
  'run_id, experiment, cell, mode, schedule, reduction, dispatch, handoff, ' +
  'wait, chunks, bucket_kib, overlap, optimizer_sharded, threads, dp, pp, tp, layers, ' +
  'parameters, batch, microbatches, kernel, arithmetic, optimizer, seed'
const names = (text: string) => text.split(', ')

/** The columns of the file say in which order. */
const expectKeys = (row: Row, columns: readonly string[]) =>
  expect(Object.keys(row).toSorted()).toEqual(columns.toSorted())

const serial = smallCell('serial')
const data = smallCell('data', { threads: 3, reduction: 'gather' })
const layer = smallCell('layer', { threads: 2 })
const pipeline = smallCell('pipeline', { threads: 2, schedule: 'gpipe', optimizer: 'adam' })
const CELLS = [serial, data, layer, pipeline]

describe('the columns of a run’s files', () => {
  it('are the documented ones, in their order', () => {
    expect(SAMPLES_COLUMNS).toEqual(names(`${CONFIGURATION}, block, position, step, phase, wall_ns, status`))
    expect(SUMMARY_COLUMNS).toEqual(
      names(
        `${CONFIGURATION}, samples, median_ns, min_ns, p05_ns, p95_ns, ci_low_ns, ci_high_ns, ` +
          'block_spread, samples_per_second, gflops, speedup, speedup_ci_low, speedup_ci_high, speedup_of_minima, differs, efficiency, ' +
          'efficiency_together, karp_flatt, ' +
          'off_cpu_share, bubble_fraction, bubble_fraction_ideal, critical_path_ns, bytes_weights, bytes_gradients, ' +
          'bytes_activations, bytes_optimizer_state, bytes_packed, bytes_per_rank, bytes_handed_over, weights_sha256, match, max_ulp, predicted_ns, prediction_error, status',
      ),
    )
    expect(TRAINING_COLUMNS).toEqual(
      names(`${CONFIGURATION}, epoch, loss, held_out_accuracy, elapsed_ns, weights_sha256, status`),
    )
    expect(LEDGER_COLUMNS).toEqual(
      names('run_id, experiment, cell, layers, batch, block, rank, thread_id, bucket, ns'),
    )
  })

  it('are exactly what the rows bring, for every mode', () => {
    const epoch = { epoch: 1, loss: 0.5, heldOutAccuracy: 0.9, elapsedNs: 1e9, weightsSha256: 'cd' }
    for (const cell of CELLS) {
      const visit = visitOf(cell, [100, 200])
      const summary = summarise(cell, [visit], [visitOf(serial, [100])], 1)
      expectKeys(configurationRow(RUN, cell), names(CONFIGURATION))
      for (const row of sampleRows(RUN, visit, 'ok')) expectKeys(row, SAMPLES_COLUMNS)
      for (const row of ledgerRows(RUN, visit)) expectKeys(row, LEDGER_COLUMNS)
      expectKeys(blockRow(RUN, visit), BLOCKS_COLUMNS)
      expectKeys(summaryRow(RUN, { cell, summary, verdict: VERDICT, status: 'ok' }), SUMMARY_COLUMNS)
      expectKeys(
        summaryRow(RUN, { cell: cell, summary: undefined, verdict: VERDICT, status: 'mismatch' }),
        SUMMARY_COLUMNS,
      )
      expectKeys(trainingRow(RUN, cell, epoch, 'ok'), TRAINING_COLUMNS)
    }
  })
})

describe('the configuration', () => {
  it('says what was run', () => {
    expect(configurationRow(RUN, pipeline)).toEqual({
      run_id: 'run',
      experiment: 'scaling',
      cell: 'pipeline-gpipe-2',
      mode: 'pipeline',
      schedule: 'gpipe',
      reduction: undefined,
      dispatch: 'resident',
      handoff: 'shared',
      wait: 'spin-then-wait',
      chunks: undefined,
      bucket_kib: undefined,
      overlap: undefined,
      optimizer_sharded: undefined,
      threads: 2,
      dp: 1,
      pp: 2,
      tp: 1,
      layers: '20-18-16-14-10',
      parameters: 21 * 18 + 19 * 16 + 17 * 14 + 15 * 10,
      batch: 48,
      microbatches: 6,
      kernel: 'js',
      arithmetic: 'f32',
      optimizer: 'adam',
      seed: 7,
    })
  })

  it('leaves empty what does not apply to the mode, and counts a whole batch as one microbatch', () => {
    const rows = CELLS.map((cell) => configurationRow(RUN, cell))
    expect(rows.map((row) => row['schedule'])).toEqual([undefined, undefined, undefined, 'gpipe'])
    expect(rows.map((row) => row['reduction'])).toEqual([undefined, 'gather', undefined, undefined])
    expect(rows.map((row) => row['microbatches'])).toEqual([1, 1, 1, 6])
  })

  it('has the grid whose product is the thread count', () => {
    for (const cell of CELLS) {
      const row = configurationRow(RUN, cell)
      expect(Number(row['dp']) * Number(row['pp']) * Number(row['tp'])).toBe(row['threads'])
    }
  })
})

describe('the rows of samples.csv', () => {
  it('are one per step, in order, and say which steps were warm-up', () => {
    const visit = { ...visitOf(data, [900, 500, 101, 102, 103], { block: 4, warmUp: 2 }), position: 3 }
    const rows = sampleRows(RUN, visit, 'oversubscribed')
    expect(rows.map((row) => row['step'])).toEqual([0, 1, 2, 3, 4])
    expect(rows.map((row) => row['wall_ns'])).toEqual([900, 500, 101, 102, 103])
    expect(rows.map((row) => row['phase'])).toEqual([
      'warm-up',
      'warm-up',
      'measured',
      'measured',
      'measured',
    ])
    for (const row of rows) expect(row).toMatchObject({ block: 4, position: 3, status: 'oversubscribed' })
  })
})

describe('a row of blocks.csv', () => {
  it('is about the measured steps of a visit', () => {
    const row = blockRow(RUN, visitOf(data, [900, 40, 20, 90], { block: 2, warmUp: 1 }))
    expect(row).toMatchObject({ block: 2, warm_up_steps: 1, steps: 3, median_ns: 40, min_ns: 20 })
  })
})

describe('the rows of ledger.csv', () => {
  it('are one per rank and bucket, in whole nanoseconds, with the thread that the rank was', () => {
    const spent = [{ forward: 10.4, 'wait-barrier': 5.5 }, { forward: 20 }, {}]
    const rows = ledgerRows(RUN, visitOf(data, [16], { block: 2, spent }))
    expect(rows).toHaveLength(3 * BUCKETS.length)
    const which = { cell: 'data-gather-3', layers: '20-18-16-14-10', batch: 48 }
    const common = { run_id: 'run', experiment: 'scaling', ...which, block: 2 }
    expect(rows[0]).toEqual({ ...common, rank: 0, thread_id: 11, bucket: 'forward', ns: 10 })
    expect(rows).toContainEqual({ ...common, rank: 0, thread_id: 11, bucket: 'wait-barrier', ns: 6 })
    expect(rows).toContainEqual({ ...common, rank: 1, thread_id: 12, bucket: 'forward', ns: 20 })
    expect(rows.map((row) => row['bucket'])).toEqual([...BUCKETS, ...BUCKETS, ...BUCKETS])
  })
})

describe('a row of summary.csv', () => {
  it('has each number of the summary and the verdict in the column of its name', () => {
    const visits = [50, 40, 60].map((ns, block) => visitOf(data, [ns], { block }))
    const reference = [100, 100, 90].map((ns, block) => visitOf(serial, [ns], { block }))
    const summary = summarise(data, visits, reference, 1)
    expect(summaryRow(RUN, { cell: data, summary, verdict: VERDICT, status: 'ok' })).toMatchObject({
      samples: 3,
      median_ns: 50,
      min_ns: 40,
      p05_ns: 41,
      p95_ns: 59,
      ci_low_ns: 40,
      ci_high_ns: 60,
      samples_per_second: summary.samplesPerSecond,
      gflops: summary.gflops,
      speedup: 2,
      speedup_ci_low: 1.5,
      speedup_ci_high: 2.5,
      efficiency: 2 / 3,
      karp_flatt: (1 / 2 - 1 / 3) / (1 - 1 / 3),
      bubble_fraction: 0,
      bubble_fraction_ideal: summary.bubbleFractionIdeal,
      weights_sha256: 'ab12',
      match: 'close',
      max_ulp: 1.5,
      status: 'ok',
    })
  })

  it('of a cell that was not timed has its verdict and its bytes, no samples, and no times', () => {
    const row = summaryRow(RUN, {
      cell: data,
      summary: undefined,
      verdict: { ...VERDICT, match: 'different' },
      status: 'mismatch',
    })
    expect(row).toMatchObject({ samples: 0, match: 'different', weights_sha256: 'ab12', status: 'mismatch' })
    const from = SUMMARY_COLUMNS.indexOf('median_ns')
    const to = SUMMARY_COLUMNS.indexOf('bytes_weights')
    for (const column of SUMMARY_COLUMNS.slice(from, to)) expect(row[column], column).toBeUndefined()
    expect(row['bytes_weights']).toBeGreaterThan(0)
  })

  it('counts bytes over all ranks: replicas have weights and gradients of their own, serial hands nothing over', () => {
    const bytes = (cell: typeof serial) =>
      summaryRow(RUN, { cell: cell, summary: undefined, verdict: VERDICT, status: 'ok' })
    const [one, three, two] = [serial, data, layer].map(bytes)
    expect(three['bytes_weights']).toBe(3 * Number(one['bytes_weights']))
    expect(three['bytes_gradients']).toBe(3 * Number(one['bytes_gradients']))
    expect(two['bytes_weights']).toBe(one['bytes_weights'])
    expect(one['bytes_handed_over']).toBe(0)
    // Forth and back over the one boundary: 48 rows of as many floats as the second stage's first layer reads.
    const [boundary] = layer.plan.buffers
      .filter(({ role, owner }) => role === 'activation' && owner === 1)
      .sort((a, b) => a.layer - b.layer)
    expect(two['bytes_handed_over']).toBe(2 * 48 * boundary.columns * 4)
  })

  it('has an empty distance where there is none to give', () => {
    const row = summaryRow(RUN, {
      cell: data,
      summary: undefined,
      verdict: { ...VERDICT, match: 'different', maxUlp: NaN },
      status: 'mismatch',
    })
    expect(row['max_ulp']).toBeUndefined()
  })
})

describe('a row of training.csv', () => {
  it('has an empty loss where training has come to no number', () => {
    const epoch = { epoch: 2, loss: 0.25, heldOutAccuracy: 0.5, elapsedNs: 3e9, weightsSha256: 'cd' }
    expect(trainingRow(RUN, serial, epoch, 'ok')).toMatchObject({
      epoch: 2,
      loss: 0.25,
      held_out_accuracy: 0.5,
      elapsed_ns: 3e9,
      weights_sha256: 'cd',
    })
    for (const loss of [NaN, Infinity]) {
      expect(trainingRow(RUN, serial, { ...epoch, loss }, 'not-finite')['loss']).toBeUndefined()
    }
  })
})

describe('the rows of all cells', () => {
  it('make files that a reader of CSV takes, with as many fields in each row as there are columns', () => {
    const folder = mkdtempSync(join(tmpdir(), 'files-'))
    try {
      const file = join(folder, 'summary.csv')
      const rows = CELLS.map((cell, i) => {
        const summary =
          i > 0 ? summarise(cell, [visitOf(cell, [100])], [visitOf(serial, [100])], 1) : undefined
        return summaryRow(RUN, { cell, summary, verdict: VERDICT, status: 'ok' })
      })
      appendRows(file, SUMMARY_COLUMNS, rows)
      const records: Record<string, string>[] = parse(readFileSync(file, 'utf8'), { columns: true })
      expect(records.map((record) => record['cell'])).toEqual(CELLS.map((cell) => cell.name))
      expect(records[0]['median_ns']).toBe('')
      expect(records[1]['median_ns']).toBe('100')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
