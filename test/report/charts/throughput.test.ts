import { describe, expect, it } from 'vitest'
import { colourOf } from '../../../src/report/charts/theme.ts'
import { throughputChart } from '../../../src/report/charts/throughput.ts'
import { run, summaryRow } from './rows.ts'
import { elementsOf, marks, texts } from './svg.ts'
import { scaling, bubble } from './made-up.ts'

describe('the chart of throughput', () => {
  it('has a bar, an interval and a value for every cell, by the name of its split', () => {
    const svg = throughputChart(run({ summary: scaling }))
    expect(marks(svg, 'bar')).toHaveLength(scaling.length)
    const names = ['serial', 'serial again', 'data, shared weights ×\u202f2', 'pipeline, 1f1b ×\u202f4']
    expect(texts(svg)).toEqual(expect.arrayContaining(names))
    expect(texts(svg).filter((text) => text.replaceAll(/\s/g, '') === '64000000')).toHaveLength(scaling.length)
  })

  it('has a panel for each kind of work, and leaves the bubble’s many cells to their own chart', () => {
    const weak = [summaryRow('data-owner-2', { experiment: 'weak', batch: 128 })]
    const svg = throughputChart(run({ summary: [...scaling, ...weak, ...bubble] }))
    expect(marks(svg, 'bar')).toHaveLength(scaling.length + 1)
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['scaling: layers 20-8×3-4, batch 64', 'weak: layers 20-8×3-4, batch 128']),
    )
    expect(marks(throughputChart(run({ summary: bubble })), 'bar')).toHaveLength(bubble.length)
  })

  it('shows what was predicted', () => {
    const [, , predicted] = scaling
    const predictions = [{ ...predicted, predicted_ns: '900' }]
    expect(marks(throughputChart(run({ summary: scaling, predictions })), 'tick')).toHaveLength(1)
  })

  it('has its values in a column, none beside the mark of a prediction', () => {
    const predictions = scaling.map((row, i) => ({ ...row, predicted_ns: String(500 + 50 * i) }))
    const svg = throughputChart(run({ summary: scaling, predictions }))
    const column = elementsOf(svg).filter(({ name, text }) => name === 'text' && /^64\s000\s000$/.test(text))
    const places = column.map(({ attributes }) => /^translate\(([\d.]+),/.exec(attributes.transform)?.[1])
    expect(places).toHaveLength(scaling.length)
    expect(new Set(places).size).toBe(1)
  })

  it('has the colour of a mode, as the charts of scaling', () => {
    const fills = marks(throughputChart(run({ summary: scaling })), 'bar').map(({ attributes }) => attributes.stroke)
    expect(fills).toEqual(scaling.map(({ mode }) => colourOf(mode)))
  })

  it('leaves out the cells that a run was interrupted before', () => {
    const unmeasured = summaryRow('tensor-2', { median_ns: '', samples_per_second: '' })
    const svg = throughputChart(run({ summary: [...scaling, unmeasured] }))
    expect(marks(svg, 'bar')).toHaveLength(scaling.length)
    expect(texts(svg).join(' ')).toContain('Not drawn: tensor-2 (not measured).')
  })
})
