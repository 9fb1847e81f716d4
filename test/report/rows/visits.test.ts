import { describe, expect, it } from 'vitest'
import { rowOf } from '../../../src/cells/columns.ts'
import { BUCKETS } from '../../../src/measure/ledger.ts'
import { TRAINING_COLUMNS } from '../../../src/report/rows/experiments.ts'
import {
  BLOCKS_COLUMNS,
  entriesOf,
  LEDGER_COLUMNS,
  SAMPLES_COLUMNS,
  samplesOf,
} from '../../../src/report/rows/visits.ts'
import type { Epoch } from '../../../src/measure/train.ts'
import type { Status } from '../../../src/measure/outcome.ts'
import { visitOf } from '../../measure/visits.ts'
import { data, serial } from './cells.ts'
import { RUN } from '../run.ts'

describe('the rows of samples.csv', () => {
  it('are one per step, in order, and say which steps were warm-up', () => {
    const visit = { ...visitOf(data, [900, 500, 101, 102, 103], { block: 4, warmUp: 2 }), position: 3 }
    const rows = samplesOf(RUN, visit, 'oversubscribed').map((sample) => rowOf(SAMPLES_COLUMNS, sample))
    expect(rows.map((row) => row['step'])).toEqual([0, 1, 2, 3, 4])
    expect(rows.map((row) => row['wall_ns'])).toEqual([900, 500, 101, 102, 103])
    expect(rows.map((row) => row['phase'])).toEqual(['warm-up', 'warm-up', 'measured', 'measured', 'measured'])
    for (const row of rows) expect(row).toMatchObject({ block: 4, position: 3, status: 'oversubscribed' })
  })
})

describe('a row of blocks.csv', () => {
  it('is about the measured steps of a visit', () => {
    const visit = visitOf(data, [900, 40, 20, 90], { block: 2, warmUp: 1 })
    const row = rowOf(BLOCKS_COLUMNS, { run: RUN, visit })
    expect(row).toMatchObject({ block: 2, warm_up_steps: 1, steps: 3, median_ns: 40, min_ns: 20 })
  })
})

describe('the rows of ledger.csv', () => {
  it('are one per rank and bucket, in whole nanoseconds, with the thread that the rank was', () => {
    const spent = [{ forward: 10.4, 'wait-barrier': 5.5 }, { forward: 20 }, {}]
    const visit = visitOf(data, [16], { block: 2, spent })
    const rows = entriesOf(RUN, visit).map((entry) => rowOf(LEDGER_COLUMNS, entry))
    expect(rows).toHaveLength(3 * BUCKETS.length)
    const which = { cell: 'data-gather-3', layers: '20-18-16-14-10', batch: 48 }
    const common = { run_id: 'run', experiment: 'scaling', ...which, block: 2 }
    expect(rows[0]).toEqual({ ...common, rank: 0, thread_id: 11, bucket: 'forward', ns: 10 })
    expect(rows).toContainEqual({ ...common, rank: 0, thread_id: 11, bucket: 'wait-barrier', ns: 6 })
    expect(rows).toContainEqual({ ...common, rank: 1, thread_id: 12, bucket: 'forward', ns: 20 })
    expect(rows.map((row) => row['bucket'])).toEqual([...BUCKETS, ...BUCKETS, ...BUCKETS])
  })
})

const trainingRow = (epoch: Epoch, status: Status) =>
  rowOf(TRAINING_COLUMNS, { run: RUN, cell: serial, repeat: 1, epoch, status })

describe('a row of training.csv', () => {
  it('has an empty loss where training has come to no number', () => {
    const epoch = { epoch: 2, loss: 0.25, heldOutAccuracy: 0.5, elapsedNs: 3e9, weightsSha256: 'cd' }
    expect(trainingRow(epoch, 'ok')).toMatchObject({
      repeat: 1,
      epoch: 2,
      loss: 0.25,
      held_out_accuracy: 0.5,
      elapsed_ns: 3e9,
      weights_sha256: 'cd',
    })
    for (const loss of [NaN, Infinity]) {
      expect(trainingRow({ ...epoch, loss }, 'not-finite')['loss']).toBeUndefined()
    }
  })
})
