import { describe, expect, it } from 'vitest'
import { WORK_COLOURS } from '../../../src/report/charts/theme.ts'
import { timelineChart } from '../../../src/report/charts/timeline.ts'
import { processEvent, run, spanEvent, summaryRow } from './rows.ts'
import { marks, texts } from './svg.ts'
import { scaling, trace } from './made-up.ts'

/** How many time axes there are if one step takes so many times another. */
const axes = (factor: number) => {
  const slow = [processEvent(2, 'pipeline-1f1b-2'), spanEvent(2, 0, 'forward', 0, 40 * factor)]
  const shown = texts(timelineChart(run({ summary: scaling, trace: [...trace, ...slow] })))
  return shown.filter((text) => text.startsWith('time (')).length
}

describe('the timeline', () => {
  const svg = timelineChart(run({ summary: scaling, trace }))

  it('has a lane for every rank of the cell with the most threads, and a rectangle for what it does', () => {
    expect(texts(svg)).toEqual(expect.arrayContaining(['data, shared weights ×\u202f2: 40.0 µs', 'rank 0', 'rank 1']))
    expect(texts(svg)).not.toContain('data, shared weights ×\u202f1: 50.0 µs')
    expect(marks(svg, 'rect')).toHaveLength(3)
  })

  it('explains the colours it uses, and no others', () => {
    expect(texts(svg)).toEqual(expect.arrayContaining(['forward', 'wait-barrier', 'backward-weight']))
    expect(texts(svg)).not.toContain('reduce')
  })

  it('does not draw packing in the colour of the backward pass, though the ledger books it there', () => {
    const packing = [
      processEvent(0, 'pipeline-1f1b-2'),
      spanEvent(0, 0, 'backward-input', 0, 10, 'pack 1'),
      spanEvent(0, 0, 'forward', 10, 40, 'forward 1'),
    ]
    const shown = timelineChart(run({ summary: scaling, trace: packing }))
    expect(texts(shown)).toContain('pack')
    expect(texts(shown)).not.toContain('backward-input')
    const fills = marks(shown, 'rect').map(({ within }) => within)
    expect(fills).toHaveLength(2)
    expect(WORK_COLOURS.pack).not.toBe(WORK_COLOURS['backward-input'])
  })

  it('says how many steps it leaves out, and where they are', () => {
    expect(texts(svg).join(' ')).toContain('Not drawn: 1 more step in trace.json')
    const summary = Array.from({ length: 15 }, (_, i) => summaryRow(`pipeline-${i}-2`))
    const many = summary.flatMap(({ cell }, i) => [processEvent(i, cell), spanEvent(i, 0, 'forward', 0, 10)])
    expect(texts(timelineChart(run({ summary, trace: many }))).join(' ')).toContain(
      'Not drawn: 3 more steps in trace.json',
    )
  })

  it('gives each step a time axis of its own if the longest would hide the shortest', () => {
    expect(axes(2)).toBe(1)
    expect(axes(20)).toBe(2)
  })
})
