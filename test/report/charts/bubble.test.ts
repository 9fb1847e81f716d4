import { describe, expect, it } from 'vitest'
import { bubbleChart } from '../../../src/report/charts/bubble.ts'
import { run } from './rows.ts'
import { marks, texts } from './svg.ts'
import { bubble } from './made-up.ts'

describe('the chart of the bubble', () => {
  const svg = bubbleChart(run({ summary: bubble }))

  it('has a measured line for each schedule and one for each ideal that differs', () => {
    expect(marks(svg, 'line')).toHaveLength(3 + 2)
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['gpipe', '1f1b', 'zero-bubble', 'ideal gpipe, 1f1b', 'ideal zero-bubble']),
    )
    expect(marks(svg, 'dot')).toHaveLength(bubble.length + 3)
  })

  it('is not made of one number of microbatches', () => {
    const summary = bubble.filter(({ microbatches }) => microbatches === '2')
    expect(() => bubbleChart(run({ summary }))).toThrow('no pipelines differ in their microbatches alone')
  })
})
