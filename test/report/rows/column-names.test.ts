import { describe, expect, it } from 'vitest'
import { namesOf, type Column } from '../../../src/cells/columns.ts'
import { BUCKETS } from '../../../src/measure/ledger.ts'
import { COMPARISON_COLUMNS } from '../../../src/report/compare/rows.ts'
import { CALIBRATION_COLUMNS } from '../../../src/report/rows/calibration.ts'
import { GROWTH_COLUMNS, MEMORY_COLUMNS, TRAINING_COLUMNS } from '../../../src/report/rows/experiments.ts'
import { HANDOFF_COLUMNS } from '../../../src/report/rows/handoff.ts'
import { KERNELS_COLUMNS, STEPS_COLUMNS } from '../../../src/report/rows/kernels.ts'
import { LAWS_COLUMNS } from '../../../src/report/rows/laws.ts'
import { PREDICTIONS_COLUMNS } from '../../../src/report/rows/predictions.ts'
import { SUMMARY_COLUMNS } from '../../../src/report/rows/summary.ts'
import { BLOCKS_COLUMNS, LEDGER_COLUMNS, SAMPLES_COLUMNS } from '../../../src/report/rows/visits.ts'

const CELL = 'run_id, experiment, cell, layers, batch'
/** The names that configuration columns have had from the first version on, in which programs may rely on them. */
const FIRST_CONFIGURATION =
  'run_id, experiment, cell, mode, schedule, reduction, dispatch, handoff, ' +
  'wait, chunks, bucket_kib, overlap, optimizer_sharded, threads, dp, pp, tp, layers, ' +
  'parameters, batch, microbatches, kernel, arithmetic, optimizer, seed'
const CONFIGURATION =
  'run_id, experiment, cell, mode, threads, dp, pp, tp, schedule, chunks, reduction, bucket_kib, overlap, ' +
  'optimizer_sharded, handoff, dispatch, wait, pin, kernel, arithmetic, layers, parameters, activation, loss, ' +
  'optimizer, learning_rate, batch, microbatches, dataset, seed'
const SUMMARY =
  'samples, median_ns, min_ns, p05_ns, p95_ns, ci_low_ns, ci_high_ns, ' +
  'block_spread, samples_per_second, gflops, speedup, speedup_ci_low, speedup_ci_high, speedup_of_minima, differs, efficiency, ' +
  'efficiency_together, karp_flatt, karp_flatt_own, ' +
  'off_cpu_share, bubble_fraction, bubble_fraction_ideal, critical_path_ns, bytes_weights, bytes_gradients, ' +
  'bytes_activations, bytes_optimizer_state, bytes_packed, bytes_per_rank, bytes_handed_over, weights_sha256, match, max_ulp, predicted_ns, prediction_error, status'
const STEP = 'block, position, step, phase, wall_ns, status'
const EPOCH = 'epoch, loss, held_out_accuracy, elapsed_ns, weights_sha256, status'
const BUCKET_COLUMNS = BUCKETS.map((bucket) => `${bucket.replace('-', '_')}_ns`).join(', ')

const names = (text: string) => text.split(', ')

/** Each file, its columns, and the names that the first version gave them. */
const FILES: readonly (readonly [file: string, columns: readonly Column<never>[], first: string])[] = [
  ['samples.csv', SAMPLES_COLUMNS, `${FIRST_CONFIGURATION}, ${STEP}`],
  ['blocks.csv', BLOCKS_COLUMNS, `${CELL}, block, position, warm_up_steps, steps, median_ns, min_ns`],
  ['summary.csv', SUMMARY_COLUMNS, `${FIRST_CONFIGURATION}, ${SUMMARY}`],
  ['growth.csv', GROWTH_COLUMNS, `${FIRST_CONFIGURATION}, variable, value, block, wall_ns`],
  ['memory.csv', MEMORY_COLUMNS, `${CELL}, owner, use, bytes`],
  ['ledger.csv', LEDGER_COLUMNS, `${CELL}, block, rank, thread_id, bucket, ns`],
  ['training.csv', TRAINING_COLUMNS, `${FIRST_CONFIGURATION}, ${EPOCH}`],
  [
    'predictions.csv',
    PREDICTIONS_COLUMNS,
    `${CELL}, threads, predicted_ns, predicted_bubble, critical_path_ns, ${BUCKET_COLUMNS}, signal_handoff_ns, ` +
      'signal_barrier_ns, calibrated_shapes, calibration_seconds, status',
  ],
  ['calibration.csv', CALIBRATION_COLUMNS, 'run_id, experiment, shape, threads, median_ns, min_ns'],
  [
    'laws.csv',
    LAWS_COLUMNS,
    'run_id, experiment, series, law, parameter, value, ci_low, ci_high, points, largest_error, status, reason',
  ],
  [
    'handoff.csv',
    HANDOFF_COLUMNS,
    'run_id, kind, method, threads, bytes, tries, median_ns, min_ns, p95_ns, algbw_gbps, busbw_gbps, wrong, status',
  ],
  ['kernels.csv', KERNELS_COLUMNS, 'run_id, kernel, arithmetic, form, m, n, k, gflops, share_of_peak, max_ulp, match'],
  ['steps.csv', STEPS_COLUMNS, 'run_id, model, kernel, arithmetic, median_us, min_us, gflops, share_of_peak'],
  [
    'the file of a comparison',
    COMPARISON_COLUMNS,
    'experiment, cell, run, run_id, layers, batch, microbatches, threads, kernel, arithmetic, optimizer, seed, blocks, ' +
      'median_ns, speedup, speedup_ci_low, speedup_ci_high, first_run_id, ratio, ratio_ci_low, ratio_ci_high, noise_floor, ' +
      'differs, marks, above_limit, status, reason',
  ],
]

describe('the columns of a run’s files', () => {
  it('are the documented ones, in their order', () => {
    expect(namesOf(SAMPLES_COLUMNS)).toEqual(names(`${CONFIGURATION}, ${STEP}`))
    expect(namesOf(SUMMARY_COLUMNS)).toEqual(names(`${CONFIGURATION}, ${SUMMARY}`))
    // The loss of an epoch has had its name for longer than the loss function, which has another one here.
    const training = CONFIGURATION.replace(' loss,', ' loss_function,')
    expect(namesOf(TRAINING_COLUMNS)).toEqual(names(`${training}, repeat, ${EPOCH}`))
    expect(namesOf(LEDGER_COLUMNS)).toEqual(names(`${CELL}, block, rank, thread_id, bucket, ns`))
  })

  it.each(FILES)('of %s have all names that they had in the first version', (_, columns, first) => {
    expect(namesOf(columns)).toEqual(expect.arrayContaining(names(first)))
  })

  it.each(FILES)('of %s have names that no other has', (_, columns) => {
    const all = namesOf(columns)
    expect(new Set(all).size).toBe(all.length)
    for (const name of all) expect(name).toMatch(/^[a-z0-9_]+$/)
  })
})
