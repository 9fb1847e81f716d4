import { describe, expect, it } from 'vitest'
import { BUCKETS, bucketOf, isWait, ledgerOf } from '../../src/measure/ledger.ts'
import type { RankReport } from '../../src/runtime/orders.ts'
import { smallCell } from '../runtime/cells.ts'

const PLANS = [
  smallCell('serial'),
  smallCell('data', { threads: 3 }),
  smallCell('layer', { threads: 2 }),
  smallCell('pipeline', { threads: 3 }),
].map((cell) => cell.plan)

/** No rank has left the barriers around the measured steps later than the last has come to them. */
const AT_ONCE = { from: 0, to: 0 }

/** A rank that spent 1 ms on its first instruction, 2 ms on the next, and so on, and last between steps. */
const reportOf = (rank: number, instructions: number): RankReport => ({
  rank,
  threadId: rank + 1,
  heapGrowth: 0,
  arrivals: new Float64Array(2),
  begun: 0,
  spent: Float64Array.from({ length: instructions + 1 }, (_, i) => i + 1),
  stamps: new Float64Array(instructions + 1),
})

describe('the ledger', () => {
  it('has every bucket, in their order, used or not', () => {
    const [serial] = PLANS
    const ledger = ledgerOf(serial, reportOf(0, serial.programs[0].length), AT_ONCE)
    expect([...ledger.keys()]).toEqual(BUCKETS)
    expect(ledger.get('wait-receive')).toBe(0)
    expect(ledger.get('reduce')).toBe(0)
  })

  it('puts all of a rank’s time into buckets, nothing twice and nothing left out', () => {
    for (const plan of PLANS) {
      plan.programs.forEach((program, rank) => {
        const report = reportOf(rank, program.length)
        const sum = [...ledgerOf(plan, report, AT_ONCE).values()].reduce((a, b) => a + b)
        expect(sum).toBe(report.spent.reduce((a, b) => a + b) * 1e6)
      })
    }
  })

  it('sums to the time between the last arrivals, however late this rank has left the barriers there', () => {
    for (const plan of PLANS) {
      const report = { ...reportOf(0, plan.programs[0].length), begun: 7.5 }
      const length = report.spent.reduce((a, b) => a + b)
      report.stamps[plan.programs[0].length] = 7.5 + length
      const window = { from: 7.25, to: 7.375 + length }
      const sum = [...ledgerOf(plan, report, window).values()].reduce((a, b) => a + b)
      expect(sum).toBeCloseTo((window.to - window.from) * 1e6, 3)
    }
  })

  it('adds up, in nanoseconds, what the instructions of a kind took, and what lay between steps as other', () => {
    for (const plan of PLANS) {
      plan.programs.forEach((program, rank) => {
        const report = reportOf(rank, program.length)
        const ledger = ledgerOf(plan, report, AT_ONCE)
        for (const op of ['forward', 'loss', 'backward-input', 'backward-weight', 'reduce', 'update'] as const) {
          // Packing weights is a part of the input gradient that is done beforehand.
          const belongs = (other: string) => other === op || (op === 'backward-input' && other === 'pack')
          const spent = program.reduce((sum, each, i) => (belongs(each.op) ? sum + report.spent[i] : sum), 0)
          expect(ledger.get(op)).toBe(spent * 1e6)
        }
        const published = program.reduce((sum, each, i) => (each.op === 'publish' ? sum + report.spent[i] : sum), 0)
        expect(ledger.get('other')).toBe((published + program.length + 1) * 1e6)
      })
    }
  })

  it('tells waits by their cause', () => {
    const awaiting = { op: 'await', counter: 0, atLeast: 1 } as const
    expect(bucketOf({ ...awaiting, cause: 'receive' })).toBe('wait-receive')
    expect(bucketOf({ ...awaiting, cause: 'credit' })).toBe('wait-credit')
    expect(bucketOf({ op: 'barrier', group: [0], rounds: [] })).toBe('wait-barrier')
    expect(BUCKETS.filter(isWait)).toEqual(['wait-receive', 'wait-credit', 'wait-barrier'])
  })
})
