import { describe, expect, it } from 'vitest'
import { labelOf, variantOf } from '../../src/cells/labels.ts'

const USUAL = { handoff: 'shared', dispatch: 'resident', wait: 'spin-then-wait' }
const data = { ...USUAL, mode: 'data', dp: 4, pp: 1, tp: 1 }
const pipeline = { ...USUAL, mode: 'pipeline', schedule: '1f1b', dp: 1, pp: 4, tp: 1 }
const hybrid = { ...USUAL, mode: 'hybrid', schedule: '1f1b', reduction: 'owner', dp: 2, pp: 1, tp: 1 }

describe('the label of a split', () => {
  it.each([
    [{ ...USUAL, mode: 'serial' }, 'serial'],
    [{ ...USUAL, mode: 'layer' }, 'layers'],
    [{ ...USUAL, mode: 'tensor' }, 'tensor'],
    [pipeline, 'pipeline, 1f1b'],
    [{ ...data, reduction: 'owner' }, 'data, shared weights'],
    [{ ...data, reduction: 'direct' }, 'data, replicas'],
    [{ ...data, reduction: 'ring' }, 'data, replicas (ring)'],
    [hybrid, 'hybrid 2x1x1, shared weights'],
    [{ ...hybrid, dp: 1, pp: 2 }, 'hybrid 1x2x1, 1f1b'],
    [{ ...hybrid, pp: 2, reduction: 'tree' }, 'hybrid 2x2x1, 1f1b, replicas (tree)'],
  ])('of %j is %s', (fields, label) => {
    expect(labelOf(fields)).toBe(label)
  })

  it('says how a cell is run where that is not the default', () => {
    expect(labelOf({ ...pipeline, handoff: 'clone', wait: 'spin' })).toBe('pipeline, 1f1b, clone, spin')
    expect(labelOf({ ...data, reduction: 'direct', dispatch: 'task' })).toBe('data, replicas, task')
  })

  it('is the same for the text of a CSV row, whose empty fields say nothing', () => {
    const row = { mode: 'hybrid', schedule: '', reduction: 'owner', handoff: '', dp: '2', pp: '1', tp: '1' }
    expect(labelOf(row)).toBe('hybrid 2x1x1, shared weights')
  })

  it('ignores settings of other modes, which a live cell has too', () => {
    expect(labelOf({ ...data, schedule: 'gpipe', reduction: 'owner' })).toBe('data, shared weights')
    expect(labelOf({ ...pipeline, reduction: 'owner' })).toBe('pipeline, 1f1b')
  })

  it('can leave out the mode', () => {
    expect(variantOf(pipeline)).toBe('1f1b')
    expect(variantOf({ ...USUAL, mode: 'tensor' })).toBe('')
  })
})
