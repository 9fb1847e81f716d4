import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { smallCell } from '../../runtime/cells.ts'
import { fieldsOf } from '../../../src/cells/dimensions.ts'
import { splitLabel, spokenLabel } from '../../../src/cells/labels.ts'
import { jsonText, markdownTable } from '../../../src/report/text/markdown.ts'
import { sentenceLines, shortened, wrapped } from '../../../src/report/text/wrap.ts'

describe('a wrapped sentence', () => {
  it('breaks at spaces and hangs its further lines', () => {
    expect(wrapped('one two three', 11, 4, '1.  ')).toEqual(['1.  one two', '    three'])
  })

  it('keeps a number with its unit, and words joined by a no-break space', () => {
    expect(wrapped('wait 17 % of it', 8)).toEqual(['wait', '17 % of', 'it'])
    expect(wrapped('all zb\u00A01.25', 8)).toEqual(['all', 'zb 1.25'])
  })

  it('is never wider than asked for, and loses no word that fits', () => {
    // A unit stays with the word before it.
    const word = fc.stringMatching(/^[a-z]{1,9}$/).filter((letters) => !/^[mn]?s$/.test(letters))
    const words = fc.array(word, { minLength: 1 })
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 60 }), (list, width) => {
        const lines = wrapped(list.join(' '), width, 3)
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(list)
      }),
    )
  })

  it('is at most 100 columns wide in wider terminals', () => {
    const [first] = sentenceLines(['word '.repeat(60).trim()], 200)
    expect(first.length).toBeLessThanOrEqual(100)
  })

  it('shortens what has no space in the middle', () => {
    expect(wrapped('results/20261125-scaling/report.html', 20)).toEqual(['results/20…port.html'])
    expect(shortened('short', 5)).toBe('short')
  })
})

const label = (...cell: Parameters<typeof smallCell>) => splitLabel(fieldsOf(smallCell(...cell)))

describe('the label of a split', () => {
  it('names the split as the field does, in 16 characters', () => {
    expect([
      label('serial'),
      label('data', { threads: 2 }),
      label('data', { threads: 2, reduction: 'owner' }),
      label('data', { threads: 2, reduction: 'ring' }),
      label('layer', { threads: 2 }),
      label('pipeline', { threads: 2, schedule: 'zero-bubble' }),
      label('pipeline', { threads: 2, schedule: 'interleaved' }),
      label('pipeline', { threads: 2, handoff: 'clone' }),
      label('tensor', { threads: 2 }),
      label('hybrid', { reduction: 'owner', degrees: { dp: 2, pp: 1, tp: 1 } }),
      label('hybrid', { reduction: 'owner', degrees: { dp: 2, pp: 2, tp: 1 } }),
      label('data', { threads: 2 }, { dispatch: 'task' }),
      label('data', { threads: 2, reduction: 'owner' }, { wait: 'wait' }),
    ]).toEqual([
      'serial',
      'data, replicas',
      'data, shared',
      'data, ring',
      'layers',
      'pipeline, zb',
      'interleaved',
      '1f1b, clone',
      'tensor',
      '2x1x1 owner',
      '2x2x1 owner 1f1b',
      'replicas, tasks',
      'shared, sleep',
    ])
  })

  it('works for the rows of a file, whose fields are text', () => {
    const row = { mode: 'data', schedule: '', reduction: 'owner', dispatch: 'resident', handoff: 'shared', wait: 'spin-then-wait', dp: '2', pp: '1', tp: '1' } // prettier-ignore
    expect(splitLabel(row)).toBe('data, shared')
    expect(spokenLabel(row)).toBe('shared weights')
  })
})

describe('output for other programs', () => {
  it('escapes pipes and line breaks in Markdown', () => {
    expect(markdownTable(['a', 'b'], [['1|2', 'x\ny']])).toBe('| a | b |\n| --- | --- |\n| 1\\|2 | x y |')
  })

  it('has null in JSON for numbers that are not finite, and for what is undefined', () => {
    const value = { a: NaN, b: [Infinity, 1], c: undefined, d: 'x' }
    expect(JSON.parse(jsonText(value))).toEqual({ a: null, b: [null, 1], c: null, d: 'x' })
  })
})
