import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../src/cells/cell.ts'
import { BUCKETS } from '../../../src/measure/ledger.ts'
import type { Prediction, Predictions } from '../../../src/measure/prediction/predict.ts'
import { csvText } from '../../../src/report/folder/csv.ts'
import { predictedOf, PREDICTIONS_COLUMNS, readForecasts } from '../../../src/report/rows/predictions.ts'
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

const both = (cell: Cell, prediction: Prediction | undefined) => [0, 1].map((block) => ({ cell, block, prediction }))

describe('the file of predictions', () => {
  const cells = [serial, larger, posted]
  const text = csvText(
    PREDICTIONS_COLUMNS,
    [0, 1].flatMap((block) => predictedOf(WEAK, block, cells, predictions)),
    true,
  )

  it('is read back as it was written, and tells cells of one name apart by their batch', () => {
    expect(readForecasts(text, WEAK, cells)).toEqual([
      ...both(serial, foretold(1000)),
      ...both(larger, foretold(2000)),
      ...both(posted, undefined),
    ])
  })

  it('says nothing about cells of another experiment, or that it does not hold', () => {
    expect(readForecasts(text, RUN, cells)).toEqual([])
    expect(readForecasts(text, WEAK, [smallCell('tensor')])).toEqual([])
  })

  it('has the reason where there is no prediction', () => {
    expect(text.split('\n')[3]).toMatch(/^run,weak,layer-clone-2,.*,messages$/)
  })
})
