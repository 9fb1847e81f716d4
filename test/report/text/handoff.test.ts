import { describe, expect, it } from 'vitest'
import { formatBytes, handoffLine, latencyTable, sizeTable } from '../../../src/report/text/handoff.ts'
import type { Measurement } from '../../../src/measure/handoff/measurement.ts'

const times = { tries: 10, medianNs: 200, minNs: 100.4, p95Ns: 999.6, wrong: 0 }
const barrier: Measurement = { kind: 'barrier', method: 'dissemination', threads: 4, ...times }
const oneWay = (method: string, bytes: number, wrong = 0): Measurement => ({
  kind: 'one-way',
  method,
  threads: 2,
  bytes,
  ...times,
  wrong,
})

describe('a line about a handoff', () => {
  it('names times in their units, and tells of too many threads', () => {
    expect(handoffLine(barrier, 2)).toMatch(
      /^barrier +dissemination +4 +median +200 ns +min +100 ns +p95 +1\.0 µs +wrong 0 +oversubscribed$/,
    )
    expect(handoffLine(barrier, 4)).toMatch(/wrong 0$/)
  })

  it('names the payload, and the bandwidths that there are', () => {
    expect(handoffLine({ ...oneWay('copy', 4096), algbw: 20.5 }, 2)).toMatch(
      / 4 KiB .* algbw +20\.50 GB\/s +wrong 0$/,
    )
  })
})

describe('the tables', () => {
  it('show what has no payload, a row each', () => {
    const table = latencyTable([barrier, oneWay('copy', 4)], 2)
    expect(table).toMatch(/barrier +│ dissemination +│ 4 \(oversubscribed\) +│ +10 │/)
    expect(table).not.toContain('copy')
  })

  it('show the medians of what has a payload, by size and method, and what was wrong in all', () => {
    const table = sizeTable(
      [oneWay('shared', 1024, 1), oneWay('shared', 4), oneWay('copy', 1024, 2), barrier],
      'one-way',
    )
    const rows = table.split('\n').map((line) => line.split('│').map((cell) => cell.trim()))
    expect(rows.filter((cells) => cells.length > 1).map((cells) => cells.slice(1, -1))).toEqual([
      ['one-way', 'shared', 'copy', 'wrong'],
      ['4 B', '200 ns', '', '0'],
      ['1 KiB', '200 ns', '200 ns', '3'],
    ])
  })
})

describe('an amount of bytes', () => {
  it('has the largest unit that leaves it at least 1', () => {
    expect([4, 1023, 1024, 65_536, 1536, 16 * 2 ** 20].map(formatBytes)).toEqual([
      '4 B',
      '1023 B',
      '1 KiB',
      '64 KiB',
      '1.5 KiB',
      '16 MiB',
    ])
  })
})
