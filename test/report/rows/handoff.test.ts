import { describe, expect, it } from 'vitest'
import { csvText } from '../../../src/report/folder/csv.ts'
import { HANDOFF_COLUMNS, type HandoffRow } from '../../../src/report/rows/handoff.ts'

const times = { tries: 10, medianNs: 200, minNs: 100, p95Ns: 300, wrong: 0 }
const rowOf = (measurement: HandoffRow['measurement']) => ({ runId: 'run', measurement, cores: 2 })

describe('the rows of handoff.csv', () => {
  it('bring every column, and leave empty what was not measured', () => {
    const rows = [
      rowOf({ kind: 'barrier', method: 'dissemination', threads: 4, ...times }),
      rowOf({ kind: 'one-way', method: 'copy', threads: 2, bytes: 64, algbw: 0.32, ...times }),
    ]
    expect(csvText(HANDOFF_COLUMNS, rows, true).split('\n')).toEqual([
      'run_id,kind,method,threads,bytes,tries,median_ns,min_ns,p95_ns,algbw_gbps,busbw_gbps,wrong,status',
      'run,barrier,dissemination,4,,10,200,100,300,,,0,oversubscribed',
      'run,one-way,copy,2,64,10,200,100,300,0.32,,0,ok',
      '',
    ])
  })
})
