import { describe, expect, it } from 'vitest'
import { namesOf, rowOf } from '../../../src/cells/columns.ts'
import type { Judged } from '../../../src/measure/outcome.ts'
import { summarise } from '../../../src/measure/summary.ts'
import { SUMMARY_COLUMNS } from '../../../src/report/rows/summary.ts'
import { visitOf } from '../../measure/visits.ts'
import { data, layer, serial, VERDICT } from './cells.ts'
import { RUN } from '../run.ts'

const summaryRow = (judged: Judged) => rowOf(SUMMARY_COLUMNS, { run: RUN, cell: judged.cell, judged })

describe('a row of summary.csv', () => {
  it('has each number of the summary and the verdict in the column of its name', () => {
    const visits = [50, 40, 60, 50, 50, 50].map((ns, block) => visitOf(data, [ns], { block }))
    const reference = [100, 100, 90, 100, 100, 100].map((ns, block) => visitOf(serial, [ns], { block }))
    const summary = summarise(data, visits, reference)
    expect(summaryRow({ cell: data, summary, verdict: VERDICT, status: 'ok' })).toMatchObject({
      samples: 6,
      median_ns: 50,
      min_ns: 40,
      p05_ns: 42.5,
      p95_ns: 57.5,
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
    const row = summaryRow({
      cell: data,
      summary: undefined,
      verdict: { ...VERDICT, match: 'different' },
      status: 'mismatch',
    })
    expect(row).toMatchObject({ samples: 0, match: 'different', weights_sha256: 'ab12', status: 'mismatch' })
    const columns = namesOf(SUMMARY_COLUMNS)
    const times = columns.slice(columns.indexOf('median_ns'), columns.indexOf('bytes_weights'))
    expect(times.length).toBeGreaterThan(10)
    for (const column of times) expect(row[column], column).toBeUndefined()
    expect(row['bytes_weights']).toBeGreaterThan(0)
  })

  it('counts bytes over all ranks: replicas have weights and gradients of their own, serial hands nothing over', () => {
    const [one, three, two] = [serial, data, layer].map((cell) =>
      summaryRow({ cell, summary: undefined, verdict: VERDICT, status: 'ok' }),
    )
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
    const row = summaryRow({
      cell: data,
      summary: undefined,
      verdict: { ...VERDICT, match: 'different', maxUlp: NaN },
      status: 'mismatch',
    })
    expect(row['max_ulp']).toBeUndefined()
  })
})
