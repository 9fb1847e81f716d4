import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, type DataSet } from '../../../src/model/data/dataset.ts'
import { scaleFeatures, splitDataSet } from '../../../src/model/data/split.ts'

/** Row r has features r and −r, and label r mod 3. */
function numbered(rows: number): DataSet {
  const features = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 ? -1 : 1) * Math.floor(i / 2))
  const labels = Uint32Array.from({ length: rows }, (_, row) => row % 3)
  return { name: 'numbered', rows, columns: 2, classes: 3, features, labels, labelNames: ['a', 'b', 'c'] }
}

/** The original row of every row. */
const firsts = (set: DataSet) => Array.from(set.labels, (_, row) => set.features[2 * row])

const order = (seed: number) => firsts(splitDataSet(numbered(50), 0.2, seed).training)

describe('splitDataSet', () => {
  it('puts every row, with its label, into exactly one part', () => {
    const fraction = fc.double({ min: 0, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fraction, fc.integer(), (rows, heldOutFraction, seed) => {
        fc.pre(Math.round(rows * heldOutFraction) < rows)
        const { training, heldOut } = splitDataSet(numbered(rows), heldOutFraction, seed)
        const all = [...firsts(training), ...firsts(heldOut)].sort((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: rows }, (_, row) => row))
        for (const part of [training, heldOut]) {
          expect(part.rows).toBe(part.labels.length)
          expect([...part.labels]).toEqual(firsts(part).map((row) => row % 3))
          expect(part).toMatchObject({
            name: 'numbered',
            columns: 2,
            classes: 3,
            labelNames: ['a', 'b', 'c'],
          })
        }
      }),
    )
  })

  it.each([
    [100, 0.2, 20],
    [99, 0.5, 50],
    [10, 0.01, 1],
    [10, 0, 0],
  ])('holds out of %i rows the fraction %d, to the nearest row: %i', (rows, fraction, expected) => {
    expect(splitDataSet(numbered(rows), fraction, 1).heldOut.rows).toBe(expected)
  })

  it('shuffles, in the same way for the same seed only', () => {
    expect(order(1)).toEqual(order(1))
    expect(order(1)).not.toEqual(order(2))
    expect(order(1)).not.toEqual([...order(1)].sort((a, b) => a - b))
  })

  it.each([1, -0.1, NaN])('refuses the fraction %d', (fraction) => {
    expect(() => splitDataSet(numbered(10), fraction, 1)).toThrow(
      new DataError(`held-out fraction: ${fraction}; expected a number from 0 to less than 1`),
    )
  })

  it('refuses to leave nothing to train on', () => {
    expect(() => splitDataSet(numbered(3), 0.9, 1)).toThrow(
      new DataError(
        'held-out fraction: 0.9 of 3 rows of numbered leaves none to train on; expected a smaller fraction or more rows',
      ),
    )
  })
})

describe('scaleFeatures', () => {
  it('divides both parts by the largest magnitude of the training part', () => {
    const training = { ...numbered(2), features: Float32Array.of(0, -4, 3, 1) }
    const heldOut = { ...numbered(2), features: Float32Array.of(8, 2, 0, -1) }
    const scaled = scaleFeatures(training, heldOut)
    expect(scaled.divisor).toBe(4)
    expect([...scaled.training.features]).toEqual([0, -1, 0.75, 0.25])
    expect([...scaled.heldOut.features]).toEqual([2, 0.5, 0, -0.25])
    expect(scaled.training.labels).toEqual(training.labels)
    expect([...training.features]).toEqual([0, -4, 3, 1])
  })

  it('leaves features as they are if none in the training part exceeds 1', () => {
    const training = { ...numbered(1), features: Float32Array.of(0.5, -0.25) }
    const heldOut = { ...numbered(1), features: Float32Array.of(3, 0) }
    const scaled = scaleFeatures(training, heldOut)
    expect(scaled).toEqual({ training, heldOut, divisor: 1 })
  })
})
