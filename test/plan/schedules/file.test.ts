import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSchedule, parseSchedule } from '../../../src/plan/schedules/file.ts'
import { rankOf } from '../../../src/plan/schedules/schedule.ts'
import { anyTable } from './arbitrary.ts'

describe('a schedule file', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        expect(parseSchedule(formatSchedule(table))).toEqual(table)
      }),
    )
  })

  it('is CSV in the notation of PyTorch: one row per rank, stage, pass and microbatch in each cell', () => {
    const table = parseSchedule('0F0,0I0,0W0\n1F0,1B0\n')
    expect(table[0]).toEqual([
      { pass: 'F', stage: 0, microbatch: 0 },
      { pass: 'I', stage: 0, microbatch: 0 },
      { pass: 'W', stage: 0, microbatch: 0 },
    ])
    expect(formatSchedule(table)).toBe('0F0,0I0,0W0\n1F0,1B0\n')
  })

  it('may have empty cells, blanks, a byte order mark, any line ends, and none or several at its end', () => {
    const plain = parseSchedule('0F0,0B0\n1F0,1B0\n')
    for (const text of [
      '0F0,,,0B0\n,1F0,1B0,',
      '\uFEFF0F0 ,0B0\r\n\t1F0, 1B0\r\n',
      '0F0,0B0\r1F0,1B0\r',
      '0F0,0B0\n1F0,1B0\n\n\n',
    ]) {
      expect(parseSchedule(text)).toEqual(plain)
    }
  })

  it('may put stages on any rank', () => {
    const table = parseSchedule('0F0,3F0,3B0,0B0\n1F0,2F0,2B0,1B0')
    expect([0, 1, 2, 3].map((stage) => rankOf(table, stage))).toEqual([0, 1, 1, 0])
  })

  it.each([
    ['an unreadable cell', '0F0,0X0', 'rank 0, step 1: "0X0" is not an action'],
    ['a cell with more behind it', '0F0x,0B0', 'rank 0, step 0: "0F0x" is not an action'],
    ['a negative number', '0F-1,0B0', 'rank 0, step 0: "0F-1" is not an action'],
    ['communication', '0F0,0SEND_F0,0B0', 'rank 0, step 1: "0SEND_F0" is not computing'],
    ['gathering of parameters', '0UNSHARD,0F0,0B0', 'rank 0, step 0: "0UNSHARD" is not computing'],
    ['reduction', '0F0,0B0,0REDUCE_GRAD', 'rank 0, step 2: "0REDUCE_GRAD" is not computing'],
    ['two in one', '0F0,(0F1;0B0)OVERLAP_F_B,0B1', 'rank 0, step 1: "(0F1;0B0)OVERLAP_F_B" is not computing'],
    ['an empty file', '', 'rank 0, step 0: the row is empty'],
    ['an empty row', '0F0,0B0\n,,\n1F0,1B0', 'rank 1, step 0: the row is empty'],
    [
      'a stage on two ranks',
      ',0F0,0B0\n1F0,1B0,0F1',
      'rank 1, step 2: 0F1: stage 0 is on two ranks, see 0F0 (rank 0, step 1)',
    ],
    ['a missing stage', '0F0,0B0\n,2F0,2B0', 'rank 1, step 1: 2F0: no rank has stage 1'],
    ['a missing microbatch', '0F0,0F2,0B0,0B2', 'rank 0, step 1: 0F2, but stage 0 has no F of microbatch 1'],
    [
      'a microbatch missing at the end',
      '0F0,0F1,0B0,0B1\n1F0,,1B0',
      'rank 1, step 3: the row ends, but stage 1 has no F of microbatch 1',
    ],
    ['a missing W', '0F0,0I0', 'rank 0, step 2: the row ends, but stage 0 has no W or B of microbatch 0'],
    ['a microbatch twice', '0F0,,0F0,0B0', 'rank 0, step 2: 0F0 is done twice: see 0F0 (rank 0, step 0)'],
    [
      'a mixture of B and I',
      '0F0,0I0,0B0',
      'rank 0, step 2: 0B0 is too much, since a microbatch has either B, or I and W: see 0I0 (rank 0, step 1)',
    ],
    [
      'a mixture of B and W',
      '0F0,0B0,0W0',
      'rank 0, step 2: 0W0 is too much, since a microbatch has either B, or I and W: see 0B0 (rank 0, step 1)',
    ],
    [
      'backward before forward',
      '0B0,,0F0',
      'rank 0, step 0: 0B0 needs the F of its microbatch, but it comes before 0F0 (rank 0, step 2)',
    ],
    ['backward without forward', '0B0', 'rank 0, step 0: 0B0 needs the F of its microbatch, but there is no F of it'],
    [
      'W before I',
      '0F0,0W0,0I0',
      'rank 0, step 1: 0W0 needs the I of its microbatch, but it comes before 0I0 (rank 0, step 2)',
    ],
    [
      'W in another order',
      '0F0,0F1,0I0,0I1,0W1,0W0',
      'rank 0, step 4: 0W1 comes before 0W0 (rank 0, step 5), but the sums of the weight gradients run in ascending',
    ],
    [
      'B in another order',
      '0F0,0F1,0B1,0B0',
      'rank 0, step 2: 0B1 comes before 0B0 (rank 0, step 3), but gradients are handed',
    ],
    [
      'F in another order',
      '0F1,0F0,0B0,0B1',
      'rank 0, step 0: 0F1 comes before 0F0 (rank 0, step 1), but activations are handed',
    ],
    [
      'a deadlock',
      '0F0,0B0,,0F1,0B1\n1F0,1F1,1B0,1B1',
      'rank 0, step 1: deadlock: 0B0 (rank 0, step 1) waits for 1B0 (rank 1, step 2), ' +
        'and 1F1 (rank 1, step 1) waits for 0F1 (rank 0, step 3)',
    ],
    [
      'a rank that waits for itself',
      '1F0,0F0,1B0,0B0',
      'rank 0, step 0: deadlock: 1F0 (rank 0, step 0) waits for 0F0 (rank 0, step 1)',
    ],
  ])('with %s is refused with rank, step and reason', (_, text, message) => {
    expect(() => parseSchedule(text)).toThrow(message)
  })

  it('with more or fewer microbatches than asked for is refused', () => {
    expect(() => parseSchedule('0F0,0F1,0B0,0B1', 1)).toThrow('rank 0, step 1: 0F1: the last microbatch is 0')
    expect(() => parseSchedule('0F0,0B0', 2)).toThrow('rank 0, step 2: the row ends, but stage 0 has no F')
  })
})
