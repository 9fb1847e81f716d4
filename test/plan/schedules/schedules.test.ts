import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { schedules, type ScheduleName } from '../../../src/plan/schedules/index.ts'
import {
  ampleSlots,
  notation,
  peakInFlight,
  peakPending,
  rankOf,
  stagesOf,
  type Table,
} from '../../../src/plan/schedules/schedule.ts'
import { validateTable } from '../../../src/plan/schedules/validate.ts'
import { anyTable } from './arbitrary.ts'
import { finish, UNIT } from './execution.ts'

const names = Object.keys(schedules) as ScheduleName[]
const written = (table: Table): string[] => table.map((row) => row.map(notation).join(' '))
const stages = (table: Table): number[] => Array.from({ length: stagesOf(table) }, (_, stage) => stage)
const idle = (table: Table, work: number): number => (finish(table, UNIT) ?? Infinity) - work

describe('every schedule', () => {
  it('is valid for any number of ranks, microbatches and chunks', () => {
    for (const name of names) {
      for (let ranks = 1; ranks <= 6; ranks++) {
        for (let microbatches = 1; microbatches <= 17; microbatches++) {
          for (let chunks = 1; chunks <= 4; chunks++) {
            validateTable(schedules[name](ranks, microbatches, chunks), microbatches)
          }
        }
      }
    }
  })

  it('puts stage q on rank q mod ranks, with as many stages per rank as there are chunks', () => {
    for (const name of names) {
      const table = schedules[name](3, 5, 2)
      expect(stagesOf(table)).toBe(name === 'interleaved' ? 6 : 3)
      expect(stages(table).map((stage) => rankOf(table, stage))).toEqual(stages(table).map((q) => q % 3))
    }
  })
})

describe('gpipe', () => {
  it('does all forwards, then all backwards', () => {
    expect(written(schedules.gpipe(2, 3, 1))).toEqual(['0F0 0F1 0F2 0B0 0B1 0B2', '1F0 1F1 1F2 1B0 1B1 1B2'])
  })
})

describe('1f1b', () => {
  it('runs ahead by the distance to the last stage, then alternates', () => {
    expect(written(schedules['1f1b'](3, 4, 1))).toEqual([
      '0F0 0F1 0F2 0B0 0F3 0B1 0B2 0B3',
      '1F0 1F1 1B0 1F2 1B1 1F3 1B2 1B3',
      '2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3',
    ])
  })

  it('holds at most ranks − stage microbatches, and idles (p − 1)(F + B)', () => {
    const table = schedules['1f1b'](4, 9, 1)
    expect(stages(table).map((stage) => peakInFlight(table[stage], stage))).toEqual([4, 3, 2, 1])
    expect(idle(table, 9 * 3)).toBe(3 * 3)
  })
})

describe('interleaved', () => {
  it('passes groups of microbatches through its chunks, the last chunk first on the way back', () => {
    expect(written(schedules.interleaved(2, 4, 2))).toEqual([
      '0F0 0F1 2F0 2F1 0F2 2B0 0F3 2B1 2F2 0B0 2F3 0B1 2B2 2B3 0B2 0B3',
      '1F0 1F1 3F0 3B0 3F1 3B1 1F2 1B0 1F3 1B1 3F2 3B2 3F3 3B3 1B2 1B3',
    ])
  })

  it('is 1f1b with one chunk', () => {
    expect(schedules.interleaved(4, 7, 1)).toEqual(schedules['1f1b'](4, 7, 1))
  })

  it('idles 1/chunks of the time of 1f1b where groups are whole', () => {
    for (const [ranks, groups, chunks] of [
      [2, 4, 2],
      [4, 2, 3],
      [6, 1, 4],
    ]) {
      const microbatches = groups * ranks
      // A chunk takes 1/chunks of the time of a 1f1b stage, so in units of chunks the idle time is the same.
      const table = schedules.interleaved(ranks, microbatches, chunks)
      expect(idle(table, 3 * microbatches * chunks)).toBe(3 * (ranks - 1))
    }
  })

  it('is faster than 1f1b also where the last group is not whole', () => {
    for (const ranks of [2, 3, 4, 6]) {
      for (const microbatches of [2, ranks + 1, 2 * ranks - 1, 2 * ranks + 1]) {
        for (const chunks of [2, 3]) {
          const table = schedules.interleaved(ranks, microbatches, chunks)
          const simple = idle(schedules['1f1b'](ranks, microbatches, 1), 3 * microbatches)
          expect(idle(table, 3 * microbatches * chunks)).toBeLessThan(chunks * simple)
        }
      }
    }
  })
})

describe('zero-bubble', () => {
  it('does I at once, and W later by the number of the stage', () => {
    expect(written(schedules['zero-bubble'](3, 4, 1))).toEqual([
      '0F0 0F1 0F2 0I0 0W0 0F3 0I1 0W1 0I2 0W2 0I3 0W3',
      '1F0 1F1 1I0 1F2 1I1 1W0 1F3 1I2 1W1 1I3 1W2 1W3',
      '2F0 2I0 2F1 2I1 2F2 2I2 2W0 2F3 2I3 2W1 2W2 2W3',
    ])
  })

  it('idles (p − 1)(F + I − W), against (p − 1)(F + I + W) of 1f1b', () => {
    for (let ranks = 1; ranks <= 6; ranks++) {
      for (const microbatches of [ranks, ranks + 1, 3 * ranks, 17]) {
        const idleOf = (name: ScheduleName) => idle(schedules[name](ranks, microbatches, 1), 3 * microbatches)
        expect(idleOf('zero-bubble')).toBe(ranks - 1)
        expect(idleOf('1f1b')).toBe(3 * (ranks - 1))
      }
    }
  })

  it('holds at most as many microbatches as the first stage of 1f1b', () => {
    for (let ranks = 1; ranks <= 6; ranks++) {
      const table = schedules['zero-bubble'](ranks, 17, 1)
      for (const stage of stages(table)) {
        expect(peakInFlight(table[stage], stage)).toBe(ranks)
        expect(peakPending(table[stage], stage)).toBe(stage + 1)
      }
    }
  })
})

describe('the slots of a stage', () => {
  it('of activations are counted from F to the end of W or B, those of deltas from I', () => {
    const row = schedules.gpipe(1, 5, 1)[0]
    expect([peakInFlight(row, 0), peakPending(row, 0)]).toEqual([5, 1])
    const late = row.flatMap((action) => (action.pass === 'B' ? [{ ...action, pass: 'I' as const }] : [action]))
    const last = row.slice(5).map((action) => ({ ...action, pass: 'W' as const }))
    expect([peakInFlight([...late, ...last], 0), peakPending([...late, ...last], 0)]).toEqual([5, 5])
  })

  it('of other stages of the rank are not counted', () => {
    const table = schedules.interleaved(2, 4, 2)
    expect(stages(table).map((stage) => peakInFlight(table[rankOf(table, stage)], stage))).toEqual([4, 3, 2, 1])
    expect(stages(table).map((stage) => peakPending(table[rankOf(table, stage)], stage))).toEqual([1, 1, 1, 1])
  })

  it('that are ample never make anyone wait, whatever the passes take', () => {
    const duration = fc.integer({ min: 1, max: 9 })
    const durations = fc.record({ F: duration, I: duration, W: duration, B: duration })
    fc.assert(
      fc.property(anyTable, durations, (table, takes) => {
        const unhindered = finish(table, takes)
        expect(finish(table, takes, (stage) => ampleSlots(table, stage))).toBe(unhindered)
        for (const stage of stages(table).slice(1)) {
          expect(ampleSlots(table, stage)).toBeGreaterThanOrEqual(peakInFlight(table[rankOf(table, stage)], stage))
        }
      }),
    )
  })
})
