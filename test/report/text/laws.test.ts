import { describe, expect, it } from 'vitest'
import { amdahl } from '../../../src/measure/laws/serial-share.ts'
import { fitLaw, type Fit } from '../../../src/measure/laws/fit.ts'
import { usl } from '../../../src/measure/laws/usl.ts'
import { namesOf } from '../../../src/cells/columns.ts'
import { csvText } from '../../../src/report/folder/csv.ts'
import { LAWS_COLUMNS, lawRows } from '../../../src/report/rows/laws.ts'
import { lawsLines, type Held } from '../../../src/report/text/laws.ts'
import { pointsOf, seriesOfPoints } from '../../measure/laws/points.ts'
import { RUN } from '../run.ts'

const parameter = (name: string, symbol: string, value: number | undefined, low: number, high: number) => ({
  name,
  symbol,
  value,
  interval: { low, high },
})

const ofAmdahl: Fit = {
  status: 'ok',
  law: amdahl,
  values: [0.0214],
  parameters: [parameter('sigma', 'σ', 0.0214, 0.0182, 0.02401)],
  points: 4,
  largestError: 0.0123,
}
const ofUsl: Fit = {
  status: 'ok',
  law: usl,
  values: [0.0277, 0, 1.2345],
  parameters: [
    parameter('alpha', 'α', 0.0277, 0.0266, 0.0291),
    parameter('beta', 'β', 0, 0, 0.0001044),
    parameter('gamma', 'γ', 1.2345, 1, 2),
    parameter('peak', 'peak', undefined, 96.52, Infinity),
  ],
  points: 6,
  largestError: 0.387,
}
const refused = (law: typeof amdahl, ...counts: number[]) => fitLaw(law, seriesOfPoints(pointsOf(counts, (p) => p)), 1)

const lineOf = (series: string, findings: Held['findings']) => lawsLines([{ series, findings }]).join('\n')
const withPeak = (value: number | undefined, low: number, high: number) =>
  lineOf('layer', [{ ...ofUsl, parameters: [parameter('peak', 'peak', value, low, high)] }])

describe('the file of laws', () => {
  it('has a row per parameter, with the fields that are in the header', () => {
    expect(namesOf(LAWS_COLUMNS).join(',')).toBe(
      'run_id,experiment,series,law,parameter,value,ci_low,ci_high,points,largest_error,status,reason',
    )
    const rows = [...lawRows(RUN, 'data-owner', ofAmdahl), ...lawRows(RUN, 'data-owner', ofUsl)]
    expect(csvText(LAWS_COLUMNS, rows, false).trimEnd().split('\n')).toEqual([
      'run,scaling,data-owner,amdahl,sigma,0.0214,0.0182,0.02401,4,0.0123,ok,',
      'run,scaling,data-owner,usl,alpha,0.0277,0.0266,0.0291,6,0.387,ok,',
      'run,scaling,data-owner,usl,beta,0,0,0.0001044,6,0.387,ok,',
      'run,scaling,data-owner,usl,gamma,1.2345,1,2,6,0.387,ok,',
      'run,scaling,data-owner,usl,peak,,96.52,,6,0.387,ok,',
    ])
  })

  it('has one row for a refusal, with the reason', async () => {
    const rows = lawRows(RUN, 'layer', await refused(amdahl, 1, 2))
    expect(csvText(LAWS_COLUMNS, rows, false).trimEnd()).toBe(
      'run,scaling,layer,amdahl,,,,,2,,refused,"2 distinct thread counts, Amdahl needs at least 3"',
    )
  })
})

describe('the line about a series', () => {
  it('has all that was fitted, in three digits, and how far off it is', () => {
    expect(lineOf('data-owner', [ofAmdahl, ofUsl])).toBe(
      'data owner: Amdahl σ 0.0214 [0.0182, 0.024], off by up to 1.2 %; ' +
        'USL α 0.0277 [0.0266, 0.0291], β 0 [0, 0.000104], γ 1.23 [1, 2], no peak [96.5, ∞], off by up to 38.7 %',
    )
  })

  it('names the curve over one thread of the same cells', () => {
    expect(lineOf('data-owner over one thread of its own', [ofAmdahl])).toBe(
      'data owner over one thread of its own: Amdahl σ 0.0214 [0.0182, 0.024], off by up to 1.2 %',
    )
  })

  it('tells of a peak, and of none without bounds where there are none', () => {
    expect(withPeak(96.52, 90, 104.04)).toMatch('USL peak 96.5 [90, 104], off')
    expect(withPeak(undefined, Infinity, Infinity)).toMatch('USL no peak, off')
  })

  it('says what was not fitted, and why', async () => {
    expect(lineOf('pipeline-zero-bubble', [ofAmdahl, await refused(usl, 1, 2, 4, 8)])).toBe(
      'pipeline zero-bubble: Amdahl σ 0.0214 [0.0182, 0.024], off by up to 1.2 %; ' +
        'no USL: 4 distinct thread counts, USL needs at least 5',
    )
    expect(lineOf('data-owner', [await refused(amdahl, 1, 2), await refused(usl, 1, 2)])).toBe(
      'data owner: no law is fitted: 2 distinct thread counts, Amdahl needs at least 3, USL at least 5',
    )
    expect(lineOf('layer', [await refused(amdahl, 1)])).toBe(
      'layer: no law is fitted: 1 distinct thread count, Amdahl needs at least 3',
    )
  })

  it('says only once what holds for several', async () => {
    const findings = [await refused(amdahl, 1, 2)]
    const held = ['data-owner', 'layer'].map((series) => ({ series, findings }))
    expect(lawsLines([...held, { series: 'tensor', findings: [ofAmdahl] }])).toEqual([
      'tensor: Amdahl σ 0.0214 [0.0182, 0.024], off by up to 1.2 %',
      'data owner, layer: no law is fitted: 2 distinct thread counts, Amdahl needs at least 3',
    ])
  })
})
