import { describe, expect, it } from 'vitest'
import { growthChart } from '../../../src/report/charts/growth.ts'
import { growthRow, run } from './rows.ts'
import { marks, texts } from './svg.ts'
import { growth } from './made-up.ts'

const overParts = (variable: string, nsOf: (parts: number) => number) =>
  [0, 1].flatMap((block) => [1, 2, 4].map((count) => growthRow(`layer-${count}`, variable, count, block, nsOf(count))))

describe('the chart of growth', () => {
  it('has a marker for every measurement, and a fit with its power and what that says', () => {
    const svg = growthChart(run({ growth }))
    expect(marks(svg, 'dot')).toHaveLength(growth.length + 1)
    expect(marks(svg, 'line')).toHaveLength(1)
    expect(texts(svg)).toContain('serial: n^1.00 [1.00,\u202f1.00] linear')
  })

  it('has both curves over parts in one panel, and a fit of the model that grows', () => {
    const same = overParts('parts', () => 1e6)
    const grows = overParts('model', (parts) => 1e6 * parts ** 2)
    const svg = growthChart(run({ growth: [...growth, ...same, ...grows] }))
    expect(texts(svg)).toContain('a model that grows: n^2.00 [2.00,\u202f2.00] not linear')
    expect(texts(svg)).toContain('the same model')
    expect(marks(svg, 'line')).toHaveLength(2)
  })

  it('draws no fit of two counts, and says that nothing is known', () => {
    const svg = growthChart(run({ growth: growth.filter(({ value }) => value !== '1000') }))
    expect(marks(svg, 'line')).toHaveLength(0)
    expect(texts(svg)).toContain('serial: not known')
  })

  it('leaves out of a fit what has no place on its axes', () => {
    const svg = growthChart(run({ growth: overParts('model', (parts) => 1e6 * (parts - 0.99)) }))
    expect(svg).not.toMatch(/NaN|Infinity/)
  })
})
