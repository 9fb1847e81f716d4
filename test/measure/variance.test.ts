import { describe, expect, it } from 'vitest'
import { random } from '../../src/model/random.ts'
import { componentsOf } from '../../src/measure/variance.ts'

describe('the components of variance', () => {
  it('lie where the values differ', () => {
    expect(
      componentsOf([
        [1, 1],
        [3, 3],
      ]),
    ).toEqual([2, 0])
    expect(
      componentsOf([
        [1, 3],
        [1, 3],
      ]),
    ).toEqual([0, 2])
  })

  it('are those that made the values', () => {
    const { normal } = random(3)
    const tree = Array.from({ length: 60 }, () => {
      const run = 2 * normal()
      return Array.from({ length: 6 }, () => {
        const session = run + normal()
        return Array.from({ length: 10 }, () => session + 0.5 * normal())
      })
    })
    const [runs, sessions, steps] = componentsOf(tree)
    expect(runs).toBeGreaterThan(2.5)
    expect(runs).toBeLessThan(6)
    expect(sessions).toBeCloseTo(1, 0)
    expect(steps).toBeCloseTo(0.25, 1)
  })

  it('of a level with a single child is not known', () => {
    const [outer, inner] = componentsOf([[1, 2, 3]])
    expect(outer).toBeNaN()
    expect(inner).toBe(1)
  })
})
