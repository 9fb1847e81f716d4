import { describe, expect, it } from 'vitest'
import { BUCKETS } from '../../../src/measure/ledger.ts'
import type { Prediction, Predictions } from '../../../src/measure/prediction/predict.ts'
import { csvText } from '../../../src/report/folder/csv.ts'
import { predictedOf, PREDICTIONS_COLUMNS, readPredictions } from '../../../src/report/rows/predictions.ts'
import { smallCell } from '../../runtime/cells.ts'
import { RUN } from '../run.ts'

const WEAK = { ...RUN, experiment: 'weak' }

const serial = smallCell('serial')
const larger = smallCell('serial', { batch: 96 })
const posted = smallCell('layer', { threads: 2, handoff: 'clone' })

const foretold = (stepNs: number): Prediction => ({
  stepNs,
  bubble: 0.25,
  criticalPathNs: stepNs - 10,
  handoffNs: 150,
  barrierNs: 130,
  buckets: new Map(BUCKETS.map((bucket, i) => [bucket, i])),
})

const predictions: Predictions = {
  calibration: {
    timings: new Map(),
    signals: new Map(),
    shapes: 2,
    seconds: 1.5,
  },
  of: new Map([
    [serial, foretold(1000)],
    [larger, foretold(2000)],
  ]),
  reasons: new Map([[posted, 'messages']]),
}

describe('the file of predictions', () => {
  const cells = [serial, larger, posted]
  const text = csvText(PREDICTIONS_COLUMNS, predictedOf(WEAK, cells, predictions), true)

  it('is read back as it was written, and tells cells of one name apart by their batch', () => {
    const read = readPredictions(text, WEAK, cells)
    expect(read.get(serial)).toEqual(foretold(1000))
    expect(read.get(larger)).toEqual(foretold(2000))
    expect(read.has(posted)).toBe(true)
    expect(read.get(posted)).toBeUndefined()
  })

  it('says nothing about cells of another experiment, or that it does not hold', () => {
    expect(readPredictions(text, RUN, cells).size).toBe(0)
    expect(readPredictions(text, WEAK, [smallCell('tensor')]).size).toBe(0)
  })

  it('has the reason where there is no prediction', () => {
    expect(text.split('\n')[3]).toMatch(/^run,weak,layer-clone-2,.*,messages$/)
  })
})
