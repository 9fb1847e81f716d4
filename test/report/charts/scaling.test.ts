import { describe, expect, it } from 'vitest'
import { efficiencyChart, speedupChart } from '../../../src/report/charts/scaling.ts'
import { MUTED, PAPER } from '../../../src/report/charts/theme.ts'
import { lawRow, MACHINE, run, summaryRow } from './rows.ts'
import { elementsOf, marks, texts } from './svg.ts'
import { THREADS, FAMILIES, LABELS, scaling } from './made-up.ts'

/** The looks of the measured lines. */
const strokesOf = (svg: string) =>
  elementsOf(svg)
    .filter(({ name, attributes }) => name === 'g' && attributes['aria-label'] === 'line')
    .map(({ attributes }) => ({ stroke: attributes.stroke, dash: attributes['stroke-dasharray'] }))
    .filter(({ stroke }) => stroke !== MUTED)

describe.each([
  ['speed-up', speedupChart],
  ['efficiency', efficiencyChart],
])('the chart of %s', (_title, chart) => {
  const looks = (summary: typeof scaling) =>
    strokesOf(chart(run({ summary }))).map(({ stroke, dash }) => `${stroke} ${dash}`)

  const svg = chart(run({ summary: scaling }))

  it('has a line and a label for each family, a whisker for each cell, and a line for the ideal', () => {
    expect(marks(svg, 'line')).toHaveLength(FAMILIES.length + 1)
    expect(marks(svg, 'area')).toHaveLength(0)
    // One more rule marks the cores.
    expect(marks(svg, 'rule')).toHaveLength(FAMILIES.length * THREADS.length + 1)
    expect(texts(svg)).toEqual(expect.arrayContaining([...LABELS, 'ideal']))
  })

  it('has a colour for each mode, whatever else a run has, and tells the lines of a mode apart', () => {
    const tensor = THREADS.map((threads) => summaryRow(`tensor-${threads}`))
    const gpipe = THREADS.map((threads) => summaryRow(`pipeline-gpipe-${threads}`))
    const [data, pipeline] = looks(scaling)
    expect(looks([...tensor, ...scaling]).slice(1)).toEqual([data, pipeline])
    const [, , other] = looks([...scaling, ...gpipe])
    expect(other.split(' ')[0]).toBe(pipeline.split(' ')[0])
    expect(other).not.toBe(pipeline)
  })

  it('has a marker for each cell, and one for each label; beyond the cores they are hollow', () => {
    const dots = marks(svg, 'dot')
    expect(dots).toHaveLength(FAMILIES.length * THREADS.length + FAMILIES.length)
    expect(dots.filter(({ attributes }) => attributes.fill === PAPER)).toHaveLength(FAMILIES.length)
  })

  it('marks the cores and what lies beyond them, if there is anything', () => {
    expect(texts(svg)).toEqual(expect.arrayContaining(['2 cores', 'oversubscribed']))
    const within = chart(run({ summary: scaling.filter(({ threads }) => Number(threads) <= 2) }))
    expect(texts(within)).toContain('2 cores')
    expect(texts(within)).not.toContain('oversubscribed')
  })

  it('has a curve for each fitted law', () => {
    const laws = [lawRow('data-owner', 'amdahl', 'sigma', 0.1), lawRow('other', 'amdahl', 'sigma', 0.1)]
    expect(marks(chart(run({ summary: scaling, laws })), 'line')).toHaveLength(FAMILIES.length + 2)
  })

  it('leaves out what is no result, and says so', () => {
    const summary = scaling.map((row) => (row.cell === 'data-owner-4' ? { ...row, status: 'impossible' } : row))
    const without = chart(run({ summary }))
    expect(marks(without, 'dot')).toHaveLength(FAMILIES.length * THREADS.length + FAMILIES.length - 1)
    expect(texts(without).join(' ')).toContain('Not drawn: data-owner-4 (impossible).')
  })

  it('is not made where no cells differ in their threads alone', () => {
    const summary = scaling.filter(({ threads }) => threads === '1')
    expect(() => chart(run({ summary }))).toThrow('no cells of the same work differ in their threads alone')
  })

  it('is not made over a serial that is no result', () => {
    const summary = scaling.map((row) => (row.cell === 'serial-1' ? { ...row, status: 'impossible' } : row))
    expect(() => chart(run({ summary }))).toThrow('no cells of the same work differ in their threads alone')
  })

  it('has a panel for each mode if the lines are too many for one', () => {
    const summary = Array.from({ length: 9 }, (_, i) => `${i < 5 ? 'data' : 'pipeline'}-${'abcdefghi'[i]}`).flatMap(
      (family) => THREADS.map((threads) => summaryRow(`${family}-${threads}`)),
    )
    const many = chart(run({ summary }))
    expect(texts(many)).toEqual(expect.arrayContaining(['data', 'replicas (a)', 'pipeline', 'i']))
    expect(marks(many, 'line')).toHaveLength(9 + 2)
  })
})

describe('the ideal speed-up', () => {
  const fields = { speedup: 1.5, speedup_ci_low: 1.4, speedup_ci_high: 1.6 }
  const summary = [2, 64].map((threads) => summaryRow(`tensor-${threads}`, fields))
  const svg = speedupChart(run({ summary }))

  it('leaves the height to the data where threads exceed the cores, and ends with the axis', () => {
    expect(texts(svg)).toEqual(expect.arrayContaining(['1', '2', '64', 'ideal']))
    for (const tick of ['4', '8', '16', '32']) expect(texts(svg)).not.toContain(tick)
    const [ideal, measured] = marks(svg, 'line').map(({ attributes }) => ysOf(attributes.d))
    expect(Math.min(...ideal)).toBeGreaterThan(0)
    expect(Math.min(...ideal)).toBeLessThan(Math.min(...measured))
  })
})

const ysOf = (path: string): number[] => [...path.matchAll(/,(-?[\d.]+)/g)].map(([, y]) => Number(y))

/** Where the curve, the first dashed line after the ideal, ends. */
const endOfCurve = (law: string, parameters: Record<string, number>) => {
  const laws = Object.entries(parameters).map(([name, value]) => lawRow('data-owner', law, name, value))
  const [, curve] = marks(
    speedupChart(run({ machine: { ...MACHINE, availableCores: 4 }, summary: scaling, laws })),
    'line',
  )
  return Number(/,([\d.]+)$/.exec(curve.attributes.d)?.[1])
}

describe('a fitted law', () => {
  it('without losses is the ideal, and is as high as its formula says', () => {
    const ideal = endOfCurve('amdahl', { sigma: 0 })
    const flat = endOfCurve('amdahl', { sigma: 1 })
    expect(endOfCurve('usl', { alpha: 0, beta: 0, gamma: 1 })).toBe(ideal)
    // S(4) = 1/(1/3 + (2/3)/4) = 2, a third of the way from 1 to 4.
    expect(endOfCurve('amdahl', { sigma: 1 / 3 })).toBeCloseTo(flat + (ideal - flat) / 3, 1)
    // X(4) = 4/(1 + 0.1·3 + 0.05·12) = 4/1.9
    expect(endOfCurve('usl', { alpha: 0.1, beta: 0.05, gamma: 1 })).toBeCloseTo(
      flat + ((ideal - flat) * (4 / 1.9 - 1)) / 3,
      1,
    )
  })
})
