import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../src/cells/cell.ts'
import { predictionLines, type Graded } from '../../../src/report/text/predictions.ts'
import { smallCell } from '../../runtime/cells.ts'

const graded = (name: string, { plan }: Cell, share: number): Graded => ({
  name,
  plan,
  error: {
    share,
    predictedNs: 1000 * (1 + share),
    measuredNs: 1000,
    bucket: 'reduce',
    bucketPredictedNs: 10,
    bucketMeasuredNs: 50,
  },
})

const layer = smallCell('layer', { threads: 2 })
const data = smallCell('data', { threads: 2 })
const tensor = smallCell('tensor', { threads: 2 })
const serial = smallCell('serial')

describe('what is said of predictions', () => {
  it('is the median error, its sign, and the worst plan with the bucket that differs most', () => {
    const lines = predictionLines([graded('a', layer, 0.02), graded('b', data, -0.2), graded('c', tensor, -0.01)])
    expect(lines).toEqual([
      'Predictions of 3 distinct plans with 2 threads, made before measuring: median error 2.0 %, ' +
        'signed −1.0 % (too fast); worst b, predicted 0.8 µs, measured 1.0 µs (−20.0 %), most of it in reduce: ' +
        'predicted 0.0 µs, in the ledger 0.1 µs.',
    ])
  })

  it('counts a plan once, however many cells have it: the middle one of them', () => {
    const [line] = predictionLines([
      graded('a', layer, 0.1),
      graded('b', data, -0.04),
      graded('c', data, 0.3),
      graded('d', data, -0.05),
      graded('e', smallCell('data', { threads: 2 }), -0.06),
      graded('f', data, -0.07),
    ])
    expect(line).toMatch(/2 distinct plans .* median error 7\.5 %, signed \+2\.5 % \(too slow\); worst a,/)
  })

  it('takes cells of other names for copies if their programs are the same, and no others', () => {
    const same = [serial, smallCell('layer'), smallCell('tensor'), smallCell('data', { reduction: 'owner' })]
    const other = [smallCell('serial', { batch: 96 }), smallCell('serial', { optimizer: 'adam' })]
    const orders = (['gpipe', '1f1b'] as const).map((schedule) => smallCell('pipeline', { schedule }))
    const [line] = predictionLines([...same, ...other, ...orders].map((cell) => graded(cell.name, cell, 0.01)))
    expect(line).toMatch(/Predictions of 5 distinct plans with one thread/)
  })

  it('keeps plans for one thread apart', () => {
    const lines = predictionLines([
      graded('serial', serial, -0.5),
      graded('two', data, 0.01),
      graded('three', smallCell('data', { threads: 3 }), 0),
    ])
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/2 distinct plans with 2 to 3 threads, .* signed \+0\.5 % \(too slow\); worst two,/)
    expect(lines[1]).toMatch(/1 distinct plan with one thread, .* signed −50\.0 % \(too fast\); worst serial,/)
  })

  it('is nothing where nothing was predicted', () => {
    expect(predictionLines([])).toEqual([])
  })
})
