import { describe, expect, it } from 'vitest'
import { combine } from '../../bench/combine.ts'
import { experimentOf, NOISY, ONCE, resultOf, STEADY, type Failure } from './made-up.ts'

const { groups, conclude } = experimentOf(combine, '--threads', '2')
const [group] = groups
const SERIAL_NS = 1e6

/** What is concluded from speed-ups of the grids by their degrees, and from how steady they are. */
function concluded(
  speedups: Readonly<Record<string, number>>,
  { blocks = STEADY, failed = {} }: { blocks?: readonly number[]; failed?: Record<string, Failure> } = {},
): string {
  const result = resultOf(group, ({ mode, grid }) => {
    const key = mode === 'serial' ? 'serial' : `${grid.dp}x${grid.pp}x${grid.tp}`
    const isBase = mode === 'serial'
    return {
      ns: SERIAL_NS / (isBase ? 1 : speedups[key]),
      blocks: isBase ? blocks.map(() => 1) : blocks,
      failure: failed[key],
    }
  })
  const [sentence] = conclude([result])
  expect(sentence.startsWith('width 64, batch 32: ')).toBe(true)
  return sentence.slice('width 64, batch 32: '.length)
}

const CLEAR = { '2x1x1': 1.5, '1x2x1': 1.2, '1x1x2': 1.8 }

describe('what combine concludes', () => {
  it('names the winner where it is shown', () => {
    expect(concluded(CLEAR)).toBe(
      'hybrid-1x1x2-2 wins, 1.80 [1.80, 1.80] times as fast as one thread; ' +
        'then hybrid-2x1x1-owner-2 1.50 [1.50, 1.50], hybrid-1x2x1-1f1b-2 1.20 [1.20, 1.20].',
    )
  })

  it('does not know the winner where grids cannot be told apart', () => {
    const borderline = concluded({ ...CLEAR, '2x1x1': 1.8 })
    expect(borderline).toMatch(/^not known which grid is fastest: hybrid-\S+ 1\.80 \[.*, hybrid-\S+ 1\.80 \[/)
    expect(borderline).not.toContain('1x2x1')
  })

  it('lets nothing win that is slower than one thread, or not shown to be faster', () => {
    expect(concluded({ '2x1x1': 0.14, '1x2x1': 0.07, '1x1x2': 0.12 })).toBe(
      'no grid is faster than one thread by more than 3 %: hybrid-2x1x1-owner-2 0.14 [0.14, 0.14].',
    )
    expect(concluded({ '2x1x1': 1.1, '1x2x1': 0.2, '1x1x2': 0.3 }, { blocks: NOISY })).toMatch(
      /^not known whether a grid is faster than one thread: hybrid-2x1x1-owner-2 1\.\d\d \[/,
    )
  })

  it('knows nothing from one block', () => {
    expect(concluded(CLEAR, { blocks: ONCE })).toBe(
      'not known whether a grid is faster than one thread: ' +
        'hybrid-1x1x2-2 1.80, hybrid-2x1x1-owner-2 1.50, hybrid-1x2x1-1f1b-2 1.20.',
    )
  })

  it.each(['mismatch', 'not-finite', 'impossible'] as const)('counts no grid that is a %s', (failure) => {
    const sentence = concluded(CLEAR, { failed: { '1x1x2': failure } })
    expect(sentence).toMatch(/^hybrid-2x1x1-owner-2 wins, 1\.50/)
    expect(sentence).not.toContain('1x1x2')
    const none = Object.fromEntries(Object.keys(CLEAR).map((grid) => [grid, failure]))
    expect(concluded(CLEAR, { failed: none })).toBe('not known: no grid has a result.')
    expect(concluded(CLEAR, { failed: { serial: failure } })).toBe(
      'not known: one thread has no result to compare with.',
    )
  })
})
