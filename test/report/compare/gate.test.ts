import { describe, expect, it } from 'vitest'
import { gateLines, gateOf } from '../../../src/report/compare/gate.ts'
import { comparisonOf, serials, type MadeUpCell, openRuns } from './made-up.ts'

const run = openRuns('gate-')
const BLOCKS = [100, 100.5, 101, 101.5, 102, 102.5]
const times = (factor: number) => BLOCKS.map((ns) => factor * ns)
const layer = (factor: number, fields: MadeUpCell['fields'] = {}): MadeUpCell => ({
  cell: 'layer-2',
  blocks: times(factor),
  fields,
})

/** What is said of two runs at a limit, of 5 % unless told. */
function gate(first: readonly MadeUpCell[], other: readonly MadeUpCell[], allowUnknown = false, limit = 0.05) {
  const comparison = comparisonOf([run(first), run(other)], limit)
  return gateLines(gateOf(comparison), comparison, allowUnknown)
}

const both = [...serials(BLOCKS), layer(1)]

describe('the gate', () => {
  it('passes where every cell is shown to be slower by less than the limit', () => {
    expect(gate(both, [...serials(times(1.02)), layer(0.8)])).toEqual([
      'gate: checked 2 of 2 cells of A in B',
      'gate: passed: no step is slower than in A by more than 5 %',
    ])
  })

  it('fails by a cell that is shown to be slower by more, with its interval', () => {
    expect(gate(both, [...serials(times(1.2)), layer(1)])).toEqual([
      'gate: checked 2 of 2 cells of A in B',
      expect.stringMatching(/^gate: failed: serial-1 in B: 1\.200 \[1\.1\d\d, 1\.2\d\d\] times the step$/),
    ])
    expect(gate(both, [...serials(times(1.2)), layer(1)], false, 0.25)[1]).toMatch(/^gate: passed/)
  })

  const noisy = { cell: 'layer-2', blocks: [80, 90, 106, 107, 120, 140] }

  it('does not know of a cell that may be slower by more, says which, and how many blocks would tell', () => {
    const lines = gate(both, [...serials(BLOCKS), noisy])
    expect(lines).toEqual([
      'gate: checked 2 of 2 cells of A in B',
      expect.stringMatching(
        /^gate: not known in B: layer-2 1\.052 \[0\.\d{3}, 1\.\d{3}\]\. (About|More than) \d+ blocks in each run /,
      ),
      'gate: not known: 1 of 2 cells may be slower than in A by more than 5 %',
    ])
    expect(gate(both, [...serials(BLOCKS), noisy], true).at(-1)).toBe(
      'gate: passed, though 1 of 2 cells may be slower than in A by more than 5 %',
    )
  })

  it('fails by one cell, whatever is not known of others', () => {
    const lines = gate(both, [...serials(times(1.2)), noisy], true)
    expect(lines.some((line) => line.startsWith('gate: failed: serial-1'))).toBe(true)
    expect(lines.some((line) => line.startsWith('gate: passed'))).toBe(false)
  })

  it('does not know of a cell that was not measured again', () => {
    expect(gate(both, serials(BLOCKS))).toEqual([
      'gate: checked 1 of 2 cells of A in B',
      'gate: not known: 1 of 2 cells may be slower than in A by more than 5 %',
    ])
  })

  it('fails where nothing was measured again', () => {
    const other = [{ ...layer(1), cell: 'layer-4' }]
    for (const allowUnknown of [false, true]) {
      expect(gate(both, other, allowUnknown)).toEqual([
        'gate: checked 0 of 2 cells of A in B',
        'gate: failed: nothing could be compared',
      ])
    }
  })

  it('does not know of a single block', () => {
    const one = [{ cell: 'serial-1', blocks: [100] }]
    expect(gate(one, one).at(-1)).toMatch(/^gate: not known: 1 of 1 cells/)
  })

  it('fails by a cell that has no valid time any more, and ignores one that never had one', () => {
    expect(gate(both, [...serials(BLOCKS), layer(1, { status: 'impossible' })])[1]).toBe(
      'gate: failed: layer-2 in B: no result: B: impossible, 6 blocks',
    )
    expect(gate(both, [...serials(BLOCKS), layer(1, { batch: 32 })])[1]).toBe(
      'gate: failed: layer-2 in B: refused: batch 32, in A 64',
    )
    expect(gate([...serials(BLOCKS), layer(1, { status: 'impossible' })], both)).toEqual([
      'gate: checked 1 of 1 cells of A in B',
      'gate: passed: no step is slower than in A by more than 5 %',
    ])
  })
})
