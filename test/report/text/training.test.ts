import { describe, expect, it } from 'vitest'
import type { Epoch } from '../../../src/measure/train.ts'
import { courseHeading, epochLine, trainingLegend, trainingTable } from '../../../src/report/text/training.ts'
import { smallCell } from '../../runtime/cells.ts'

const serial = smallCell('serial')
const layer = smallCell('layer', { threads: 2 })
const HASH = '0123456789abcdef'

/** A training whose epochs all took as long, and whose last one had the loss 1 / epochs. */
const course = (secondsOfEpoch: number, ...accuracies: readonly number[]): Epoch[] =>
  accuracies.map((heldOutAccuracy, i) => ({
    epoch: i + 1,
    loss: 1 / (i + 1),
    heldOutAccuracy,
    elapsedNs: (i + 1) * secondsOfEpoch * 1e9,
    weightsSha256: HASH,
  }))

const fields = (table: string) => table.split('\n').map((line) => line.trim().split(/ {2,}/))

describe('the table of a training run', () => {
  it('shows medians of the repeats, and an interval of the time to the accuracy that all of them reach', () => {
    const trained = new Map([
      [serial, [course(1, 0.5, 0.9, 0.85), course(1.1, 0.5, 0.875, 0.8), course(1.2, 0.5, 0.95, 0.9)]],
      [layer, [course(2, 0.5, 0.9, 0.85), course(2, 0.5, 0.875, 0.8), course(2, 0.9, 0.95, 0.9)]],
    ])
    expect(fields(trainingTable(trained))).toEqual([
      ['cell', 'loss', 'held out', '87.50 % after', 'weights'],
      ['serial-1', '0.3333', '85.00 %', '2.2 s [1.7, 2.8]', '0123456789ab'],
      ['layer-2', '0.3333', '85.00 %', '4.0 s [1.2, 8.6]', '0123456789ab'],
    ])
  })

  it('shows no time of a single training, and says why', () => {
    const trained = new Map([
      [serial, [course(1, 0.5, 0.9)]],
      [layer, [course(1, 0.5, 0.9)]],
    ])
    expect(fields(trainingTable(trained))[0]).toEqual(['cell', 'loss', 'held out', 'weights'])
    expect(trainingLegend(1)).toBe('Trained once: a time has no interval and is not shown. More --repeats show it.')
  })

  it('does not hide a repeat that came to no number', () => {
    const broken = course(1, 0.1).map((epoch) => ({ ...epoch, loss: NaN }))
    const [, [, loss]] = fields(trainingTable(new Map([[serial, [course(1, 0.9), broken, course(1, 0.9)]]])))
    expect(loss).toBe('NaN')
  })
})

describe('the lines of a training', () => {
  it('name the cell and the repeat, then each epoch', () => {
    expect(courseHeading({ name: 'serial-1' }, 0, 3)).toBe('serial-1, repeat 1 of 3')
    expect(courseHeading({ name: 'serial-1' }, 0, 1)).toBe('serial-1')
    const [first] = course(0.0015, 0.975)
    expect(epochLine(first, 20)).toBe('  epoch  1/20  loss 1.0000  accuracy 97.50 %  after 1.50 ms')
  })

  it('fit into 80 columns, whatever the cell and the loss', () => {
    expect(courseHeading({ name: 'hybrid-'.repeat(20) }, 999, 1000)).toHaveLength(80)
    const long = { ...course(99_999, 1)[0], epoch: 1_000_000, loss: 1.234e30 }
    expect(epochLine(long, 1_000_000).length).toBeLessThanOrEqual(80)
  })
})
