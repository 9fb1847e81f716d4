import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutBatches, reverseRows } from '../../src/measure/batches.ts'
import type { DataSet } from '../../src/model/data/dataset.ts'

/** Row r holds r.0, r.1, … and belongs to class r mod 3. */
function numbered(rows: number, columns = 2): DataSet {
  return {
    name: 'numbered',
    rows,
    columns,
    classes: 3,
    features: Float32Array.from({ length: rows * columns }, (_, i) => Math.floor(i / columns) + (i % columns) / 8),
    labels: Uint32Array.from({ length: rows }, (_, row) => row % 3),
    labelNames: ['a', 'b', 'c'],
  }
}

describe('batches', () => {
  it('are the first rows of the data set, in their order, with the classes as floats', () => {
    const batches = cutBatches(numbered(7), 2, 3)
    expect(batches.count).toBe(3)
    expect(batches.size).toBe(2)
    expect(batches.features).toEqual(numbered(6).features)
    expect(batches.labels).toEqual(new Float32Array([0, 1, 2, 0, 1, 2]))
  })

  it('may use up the data set, and say what is missing if they need more', () => {
    expect(cutBatches(numbered(6), 2, 3).labels).toHaveLength(6)
    expect(() => cutBatches(numbered(5), 2, 3)).toThrow(new RangeError('3 batches of 2 need 6 rows; numbered has 5'))
  })
})

describe('batches with their rows reversed', () => {
  it('hold each batch’s rows from the last to the first, features and class together, and batches in their order', () => {
    const { features, labels } = reverseRows(cutBatches(numbered(6), 3, 2))
    expect(features).toEqual(new Float32Array([2, 2.125, 1, 1.125, 0, 0.125, 5, 5.125, 4, 4.125, 3, 3.125]))
    expect(labels).toEqual(new Float32Array([2, 1, 0, 2, 1, 0]))
  })

  it('are the batches themselves when reversed again; the originals stay as they were', () => {
    const size = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(size, size, size, (rows, count, columns) => {
        const set = numbered(rows * count, columns)
        const batches = cutBatches(set, rows, count)
        expect(reverseRows(reverseRows(batches))).toEqual(batches)
        expect(batches).toEqual(cutBatches(numbered(rows * count, columns), rows, count))
      }),
    )
  })
})
