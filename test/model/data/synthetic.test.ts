import { describe, expect, it } from 'vitest'
import { DataError, type DataSet } from '../../../src/model/data/dataset.ts'
import { splitDataSet } from '../../../src/model/data/split.ts'
import { syntheticDataSet } from '../../../src/model/data/synthetic.ts'

const row = (set: DataSet, index: number) => set.features.subarray(index * set.columns, (index + 1) * set.columns)

const squaredDistance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, index) => sum + (value - b[index]) ** 2, 0)

/** The share of rows of `heldOut` that are nearest to the mean of their own class in `training`. */
function nearestCentroidAccuracy(training: DataSet, heldOut: DataSet): number {
  const { columns, classes } = training
  const counts = new Uint32Array(classes)
  const centroids = Array.from({ length: classes }, () => new Float64Array(columns))
  training.labels.forEach((label, index) => {
    counts[label]++
    row(training, index).forEach((value, column) => (centroids[label][column] += value))
  })
  centroids.forEach((centroid, label) => centroid.forEach((_, column) => (centroid[column] /= counts[label])))
  const right = heldOut.labels.filter((label, index) => {
    const distances = centroids.map((centroid) => squaredDistance(row(heldOut, index), centroid))
    return distances.indexOf(Math.min(...distances)) === label
  })
  return right.length / heldOut.rows
}

describe('syntheticDataSet', () => {
  it('gives the same rows for the same seed, and others for another', () => {
    const options = { rows: 50, columns: 3, classes: 4, seed: 1 }
    expect(syntheticDataSet(options)).toEqual(syntheticDataSet(options))
    expect(syntheticDataSet(options).features).not.toEqual(syntheticDataSet({ ...options, seed: 2 }).features)
    expect(syntheticDataSet(options).labels).not.toEqual(syntheticDataSet({ ...options, seed: 2 }).labels)
  })

  it('never changes', () => {
    const { features, labels } = syntheticDataSet({ rows: 3, columns: 2, classes: 2, seed: 1 })
    expect([...labels]).toEqual([0, 0, 1])
    expect([...features]).toEqual([
      -0.7278656363487244, 1.273017406463623, -1.0683695077896118, 0.3762671649456024, 1.2138686180114746,
      0.6122715473175049,
    ])
  })

  it.each([
    [400, 1, 2],
    [1000, 1, 10],
    [400, 2, 5],
    [1000, 3, 27],
    [1000, 3, 28],
    [400, 16, 4],
    [1000, 64, 10],
    [200, 784, 10],
  ])('can be learned from, and is not won by a constant: %i rows, %i columns, %i classes', (rows, columns, classes) => {
    const set = syntheticDataSet({ rows, columns, classes, seed: 7 })
    expect(set).toMatchObject({ name: 'synthetic', rows, columns, classes })
    const { training, heldOut } = splitDataSet(set, 0.25, 7)
    expect(nearestCentroidAccuracy(training, heldOut)).toBeGreaterThan(0.95)

    const counts = new Uint32Array(classes)
    for (const label of set.labels) counts[label]++
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    expect(set.labelNames).toHaveLength(classes)
  })

  it('has values of order 1', () => {
    for (const columns of [1, 4, 100]) {
      const { features } = syntheticDataSet({ rows: 200, columns, classes: 6, seed: 3 })
      const meanSquare = features.reduce((sum, value) => sum + value * value, 0) / features.length
      expect(meanSquare).toBeGreaterThan(0.3)
      expect(meanSquare).toBeLessThan(1.5)
      expect(features.every((value) => Math.abs(value) < 3)).toBe(true)
    }
  })

  it.each([
    [{ columns: 0 }, 'synthetic data: columns is 0; expected a whole number of at least 1'],
    [{ classes: 1 }, 'synthetic data: classes is 1; expected a whole number of at least 2'],
    [{ rows: 9 }, 'synthetic data: rows is 9; expected a whole number of at least 10'],
    [{ rows: 20.5 }, 'synthetic data: rows is 20.5; expected a whole number of at least 10'],
    [{ rows: NaN }, 'synthetic data: rows is NaN; expected a whole number of at least 10'],
  ])('refuses %o', (wrong, message) => {
    const action = () => syntheticDataSet({ rows: 20, columns: 2, classes: 10, seed: 1, ...wrong })
    expect(action).toThrow(new DataError(message))
  })
})
