import { purpose, random } from '../random.ts'
import { DataError, type DataSet } from './dataset.ts'

export interface SyntheticOptions {
  /** At least one per class. */
  readonly rows: number
  readonly columns: number
  readonly classes: number
  readonly seed: number
}

/**
 * Distance between neighbouring levels of a column, in standard deviations of the noise: the best classifier mistakes one
 * row in 740 (Φ(−3)) for a class one level away, and fewer for classes further away.
 */
const SEPARATION = 6

/**
 * One normal cluster per class, of equal sizes (± 1 row), in random order.
 *
 * Centres lie on a lattice over [−1, 1] with the fewest levels per column that distinguish all classes: 2 (the corners of a
 * cube) if there are enough columns, `classes` if there is one column. So two centres are never closer than one step of
 * the lattice.
 *
 * @throws DataError if a number is not whole or out of range
 */
export function syntheticDataSet({ rows, columns, classes, seed }: SyntheticOptions): DataSet {
  atLeast('columns', columns, 1)
  atLeast('classes', classes, 2)
  atLeast('rows', rows, classes)
  const generator = random(seed, purpose.synthetic)
  const levels = levelsFor(classes, columns)
  const spacing = 2 / (levels - 1)
  const deviation = spacing / SEPARATION
  const centres = latticePoints(classes, columns, levels, generator.below)
  const labels = generator.shuffle(Uint32Array.from({ length: rows }, (_, row) => row % classes))

  const features = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const level = centres[labels[row] * columns + column]
      features[row * columns + column] = level * spacing - 1 + deviation * generator.normal()
    }
  const labelNames = Array.from({ length: classes }, (_, label) => String(label))
  return { name: 'synthetic', rows, columns, classes, features, labels, labelNames }
}

/** The smallest L ≥ 2 with Lᶜᵒˡᵘᵐⁿˢ ≥ classes. */
function levelsFor(classes: number, columns: number): number {
  let levels = 2
  for (;;) {
    let points = levels
    for (let column = 1; column < columns && points < classes; column++) points *= levels
    if (points >= classes) return levels
    levels++
  }
}

/** classes × columns levels: each class's number in base `levels`, least digit first, then random digits. */
function latticePoints(classes: number, columns: number, levels: number, below: (n: number) => number) {
  const points = new Uint32Array(classes * columns)
  for (let label = 0; label < classes; label++)
    for (let column = 0, rest = label, scale = 1; column < columns; column++, scale *= levels) {
      points[label * columns + column] = scale < classes ? rest % levels : below(levels)
      rest = Math.floor(rest / levels)
    }
  return points
}

function atLeast(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new DataError(`synthetic data: ${name} is ${value}; expected a whole number of at least ${least}`)
}
