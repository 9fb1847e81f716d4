import { describe, expect, it } from 'vitest'
import { factorisations } from '../../src/plan/modes.ts'

describe('the factorisations of a thread count', () => {
  it('are all products of three degrees, each once', () => {
    for (let threads = 1; threads <= 48; threads++) {
      const expected: string[] = []
      for (let dp = 1; dp <= threads; dp++) {
        for (let pp = 1; dp * pp <= threads; pp++) {
          for (let tp = 1; dp * pp * tp <= threads; tp++) {
            if (dp * pp * tp === threads) expected.push(`${dp}x${pp}x${tp}`)
          }
        }
      }
      const found = factorisations(threads).map(({ dp, pp, tp }) => `${dp}x${pp}x${tp}`)
      expect(found.toSorted()).toEqual(expected.toSorted())
    }
  })
})
