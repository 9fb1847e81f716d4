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
  it('names times in their units, and marks more threads than cores', () => {
    expect(handoffLine(barrier, 2)).toMatch(/^barrier +dissemination +4\* +median +200 ns +p95 +1\.0 µs$/)
    expect(handoffLine(barrier, 4)).toMatch(/ 4 +median/)
    expect(handoffLine({ ...barrier, wrong: 3 }, 4)).toMatch(/3 wrong$/)
  })

  it('names the payload, and the bandwidth', () => {
    expect(handoffLine({ ...oneWay('copy', 4096), algbw: 20.5 }, 2)).toMatch(/ 4 KiB +median .* 20\.50 GB\/s$/)
  })

  it('fits 80 columns', () => {
    const wide = {
      ...barrier,
      kind: 'round-trip',
      method: 'Piscina task, disabled',
      medianNs: 9e8,
      p95Ns: 9e8,
      wrong: 99,
    } as const
    for (const measurement of [wide, { ...wide, bytes: 2 ** 24, algbw: 123.45 }, { ...wide, wrong: 9999 }]) {
      expect(handoffLine(measurement, 2).length).toBeLessThanOrEqual(80)
    }
    for (const line of latencyTable([wide], 2).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})

const fieldsOf = (table: string): string[][] => table.split('\n').map((line) => line.trim().split(/ {2,}/))

describe('the tables', () => {
  it('show what has no payload, a row each', () => {
    expect(fieldsOf(latencyTable([barrier, oneWay('copy', 4)], 2))).toEqual([
      ['kind', 'method', 'threads', 'median', 'min', 'p95', 'wrong'],
      ['barrier', 'dissemination', '4*', '200 ns', '100 ns', '1.0 µs', '0'],
    ])
  })

  it('show the medians of what has a payload, by size and method, and all that was wrong', () => {
    const table = sizeTable(
      [oneWay('shared', 1024, 1), oneWay('shared', 4), oneWay('copy', 1024, 2), barrier],
      'one-way',
    )
    expect(fieldsOf(table)).toEqual([
      ['one-way', 'shared', 'copy', 'wrong'],
      ['4 B', '200 ns', '0'],
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
