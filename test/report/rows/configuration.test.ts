import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { namesOf, rowOf } from '../../../src/cells/columns.ts'
import type { Cell } from '../../../src/cells/cell.ts'
import { CONFIGURATION } from '../../../src/cells/dimensions.ts'
import { summarise } from '../../../src/measure/summary.ts'
import { appendRows } from '../../../src/report/folder/csv.ts'
import { TRAINING_COLUMNS } from '../../../src/report/rows/experiments.ts'
import { SUMMARY_COLUMNS } from '../../../src/report/rows/summary.ts'
import {
  BLOCKS_COLUMNS,
  entriesOf,
  LEDGER_COLUMNS,
  SAMPLES_COLUMNS,
  samplesOf,
} from '../../../src/report/rows/visits.ts'
import { visitOf } from '../../measure/visits.ts'
import { CELLS, pipeline, serial, VERDICT } from './cells.ts'
import { RUN } from '../run.ts'

const configurationRow = (cell: Cell) => rowOf(CONFIGURATION, { run: RUN, cell })

describe('the configuration', () => {
  it('says what was run', () => {
    expect(configurationRow(pipeline)).toEqual({
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
      activation: 'relu',
      loss: 'cross-entropy',
      batch: 48,
      microbatches: 6,
      kernel: 'js',
      arithmetic: 'f32',
      optimizer: 'adam',
      learning_rate: 0.05,
      dataset: 'synthetic',
      seed: 7,
      pin: false,
    })
  })

  it('leaves empty what does not apply to the mode, and counts a whole batch as one microbatch', () => {
    const rows = CELLS.map(configurationRow)
    expect(rows.map((row) => row['schedule'])).toEqual([undefined, undefined, undefined, 'gpipe'])
    expect(rows.map((row) => row['reduction'])).toEqual([undefined, 'gather', undefined, undefined])
    expect(rows.map((row) => row['microbatches'])).toEqual([1, 1, 1, 6])
  })

  it('has the grid whose product is the thread count', () => {
    for (const cell of CELLS) {
      const row = configurationRow(cell)
      expect(Number(row['dp']) * Number(row['pp']) * Number(row['tp'])).toBe(row['threads'])
    }
  })

  it('begins the rows of samples, summary and training, for every mode', () => {
    const epoch = { epoch: 1, loss: 0.5, heldOutAccuracy: 0.9, elapsedNs: 1e9, weightsSha256: 'cd' }
    for (const cell of CELLS) {
      const visit = visitOf(cell, [100, 200])
      const configuration = configurationRow(cell)
      const { loss, ...withoutLoss } = configuration
      for (const sample of samplesOf(RUN, visit, 'ok')) {
        expect(rowOf(SAMPLES_COLUMNS, sample)).toMatchObject(configuration)
      }
      const judged = { cell, summary: undefined, verdict: VERDICT, status: 'mismatch' } as const
      expect(rowOf(SUMMARY_COLUMNS, { run: RUN, cell, judged })).toMatchObject(configuration)
      expect(rowOf(TRAINING_COLUMNS, { run: RUN, cell, repeat: 0, epoch, status: 'ok' })).toMatchObject({
        ...withoutLoss,
        loss_function: loss,
        loss: 0.5,
      })
      const { run_id, experiment, cell: name, layers, batch } = configuration
      const which = { run_id, experiment, cell: name, layers, batch }
      expect(rowOf(BLOCKS_COLUMNS, { run: RUN, visit })).toMatchObject(which)
      for (const entry of entriesOf(RUN, visit)) expect(rowOf(LEDGER_COLUMNS, entry)).toMatchObject(which)
    }
  })
})

describe('the rows of all cells', () => {
  it('make files that a reader of CSV takes, with as many fields in each row as there are columns', () => {
    const folder = mkdtempSync(join(tmpdir(), 'files-'))
    try {
      const file = join(folder, 'summary.csv')
      const rows = CELLS.map((cell, i) => {
        const summary = i > 0 ? summarise(cell, [visitOf(cell, [100])], [visitOf(serial, [100])]) : undefined
        return { run: RUN, cell, judged: { cell, summary, verdict: VERDICT, status: 'ok' as const } }
      })
      appendRows(file, SUMMARY_COLUMNS, rows)
      const records: Record<string, string>[] = parse(readFileSync(file, 'utf8'), { columns: true })
      expect(Object.keys(records[0])).toEqual(namesOf(SUMMARY_COLUMNS))
      expect(records.map((record) => record['cell'])).toEqual(CELLS.map((cell) => cell.name))
      expect(records[0]['median_ns']).toBe('')
      expect(records[1]['median_ns']).toBe('100')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
