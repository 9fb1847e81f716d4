import { describe, expect, it } from 'vitest'
import { CHARTS } from '../../../src/report/charts/charts.ts'
import { bubbleChart } from '../../../src/report/charts/bubble.ts'
import { growthChart } from '../../../src/report/charts/growth.ts'
import { ledgerChart } from '../../../src/report/charts/ledger.ts'
import { efficiencyChart, speedupChart } from '../../../src/report/charts/scaling.ts'
import { colourOf, INK, MUTED, PAPER, WORK_COLOURS } from '../../../src/report/charts/theme.ts'
import { throughputChart } from '../../../src/report/charts/throughput.ts'
import { timelineChart } from '../../../src/report/charts/timeline.ts'
import { coreNotes, disturbances } from '../../../src/measure/machine/disturbance.ts'
import type { Machine } from '../../../src/measure/machine/machine.ts'
import { growthRow, lawRow, ledgerRow, MACHINE, processEvent, run, spanEvent, summaryRow } from './rows.ts'
import { elementsOf, marks, texts } from './svg.ts'

const THREADS = [1, 2, 4]
const FAMILIES = ['data-owner', 'pipeline-1f1b']
const LABELS = ['data, shared weights', 'pipeline, 1f1b']
const scaling = [
  summaryRow('serial-1', { speedup: 1 }),
  ...FAMILIES.flatMap((family) => THREADS.map((threads) => summaryRow(`${family}-${threads}`))),
  summaryRow('serial-again-1'),
]
const bubble = ['gpipe', '1f1b', 'zero-bubble'].flatMap((schedule) =>
  [1, 2, 4].map((microbatches) =>
    summaryRow(`pipeline-${schedule}-m${microbatches}-2`, {
      experiment: 'bubble',
      microbatches,
      bubble_fraction_ideal: schedule === 'zero-bubble' ? 0.1 : 0.25,
    }),
  ),
)
const ledger = ['serial-1', 'data-owner-2'].flatMap((cell) => [
  ledgerRow(cell, 0, 'forward', 750),
  ledgerRow(cell, 0, 'wait-barrier', 250),
])
const growth = [10, 100, 1000].flatMap((value) =>
  [0, 1, 2].map((block) => growthRow('serial-1', 'batches', value, block, value * 1e6)),
)
const trace = [
  processEvent(0, 'data-owner-1'),
  spanEvent(0, 0, 'forward', 0, 50),
  processEvent(1, 'data-owner-2'),
  spanEvent(1, 0, 'forward', 0, 30),
  spanEvent(1, 0, 'wait-barrier', 30, 40),
  spanEvent(1, 1, 'backward-weight', 0, 40),
]
const everything = run({ summary: [...scaling, ...bubble], ledger, growth, trace })

describe('every chart', () => {
  const all = Object.entries(CHARTS)

  it.each(all)('%s is well-formed XML on a background of its own', (_, chart) => {
    const [svg, title, , background] = elementsOf(chart(everything))
    expect(svg.attributes.xmlns).toBe('http://www.w3.org/2000/svg')
    expect(title.text).not.toBe('')
    expect(background).toMatchObject({
      name: 'rect',
      attributes: { width: '100%', height: '100%', fill: PAPER },
    })
  })

  it.each(all)('%s is the same text whenever it is made', (_, chart) => {
    expect(chart(everything)).toBe(chart(structuredClone(everything)))
  })

  it.each(all)('%s says what it was measured with, whatever characters that has', (_, chart) => {
    expect(texts(chart(everything)).join(' ')).toContain(
      'kernel simd · Node 20.1.2 · A processor <fast> & cool, 2 cores · run a-run',
    )
  })

  it.each(all)('%s is not made of a run that has nothing for it', (_, chart) => {
    expect(() => chart(run({}))).toThrow(/^there is no /)
  })

  it.each(all)('%s has text of at least 8 pixels on a phone 360 pixels wide', (_, chart) => {
    const svg = chart(everything)
    const [{ attributes }] = elementsOf(svg)
    const sizes = elementsOf(svg).flatMap(({ attributes: { style = '', 'font-size': size } }) => {
      return /font-size: *([\d.]+)px/.exec(style)?.[1] ?? size ?? []
    })
    expect((Math.min(...sizes.map(Number)) * 360) / Number(attributes.width)).toBeGreaterThanOrEqual(8)
  })

  it.each(all)('%s has colours for a dark page, for all that is black, white or grey', (_, chart) => {
    const svg = chart(everything)
    expect(svg).toContain('@media (prefers-color-scheme: dark)')
    for (const colour of [PAPER, INK, MUTED]) expect(svg).toContain(`.chart [fill="${colour}"]`)
    expect(svg).not.toMatch(/fill="(white|black|#000|#fff)"/)
  })

  it.each(all)('%s is stamped if the run was disturbed, and says by what', (_, chart) => {
    const shown = texts(chart({ ...everything, machine: { ...MACHINE, warnings: ['a busy machine', 'more'] } }))
    expect(shown).toContain('disturbed run')
    expect(shown.join(' ')).toContain('disturbed: a busy machine')
  })

  it.each(all)('%s is not stamped for what is so on every run of the machine', (_, chart) => {
    const usage = { at: 0, own: 0, all: 0 }
    const moment = { othersCores: undefined, usage, ticks: undefined, spinMs: 1 }
    const machine = { smt: true, allowedCores: 1e6 } as Machine
    expect(coreNotes(machine)).not.toEqual([])
    const warnings = disturbances(moment, moment)
    expect(warnings).toEqual([])
    for (const data of [everything, { ...everything, machine: { ...MACHINE, warnings } }])
      expect(texts(chart(data))).not.toContain('disturbed run')
  })

  it.each(all)('%s has no coordinate that is no number', (_, chart) => {
    expect(chart(everything)).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe.each([
  ['speed-up', speedupChart],
  ['efficiency', efficiencyChart],
])('the chart of %s', (_title, chart) => {
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
    const looks = (summary: typeof scaling) =>
      strokesOf(chart(run({ summary }))).map(({ stroke, dash }) => `${stroke} ${dash}`)
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

/** The looks of the measured lines. */
const strokesOf = (svg: string) =>
  elementsOf(svg)
    .filter(({ name, attributes }) => name === 'g' && attributes['aria-label'] === 'line')
    .map(({ attributes }) => ({ stroke: attributes.stroke, dash: attributes['stroke-dasharray'] }))
    .filter(({ stroke }) => stroke !== MUTED)

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

/** What a visit of serial writes. */
const visit = (layers: string, forward: number, update: number) => [
  ledgerRow('serial-1', 0, 'forward', forward, layers),
  ledgerRow('serial-1', 0, 'update', update, layers),
]

describe('the chart of the ledger', () => {
  it('has a bar for every cell, of a part for every bucket, as wide as its share', () => {
    const parts = marks(ledgerChart(run({ summary: scaling, ledger })), 'bar')
    expect(parts).toHaveLength(4)
    const width = (part: (typeof parts)[number]) => Number(part.attributes.width)
    const [forward, wait] = parts.filter(({ attributes }) => attributes.y === parts[0].attributes.y)
    expect(width(forward) / width(wait)).toBeCloseTo(3, 1)
    expect(forward.attributes.fill).toBe(WORK_COLOURS.forward)
  })

  it('averages over ranks, and names the buckets that there are', () => {
    const both = [...ledger, ledgerRow('data-owner-2', 1, 'forward', 250), ledgerRow('data-owner-2', 1, 'loss', 750)]
    const shown = texts(ledgerChart(run({ summary: scaling, ledger: both })))
    expect(shown).toEqual(expect.arrayContaining(['forward', 'loss', 'wait-barrier', '50', '38', '13']))
    expect(shown).not.toContain('reduce')
  })

  it('keeps cells of one name apart that were measured with several models', () => {
    const summary = [8, 16].map((width) => summaryRow('serial-1', { layers: `4-${width}-2` }))
    const svg = ledgerChart(run({ summary, ledger: [...visit('4-16-2', 1, 9), ...visit('4-8-2', 7, 3)] }))
    expect(texts(svg)).toEqual(expect.arrayContaining(['70', '30', '10', '90']))
  })
})

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
