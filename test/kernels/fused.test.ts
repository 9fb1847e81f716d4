import { describe, expect, it } from 'vitest'
import { fusedMultiplyAdd } from './fused.ts'

describe('the oracle of a fused multiply-add', () => {
  it.each([1, -1])('rounds once where float64 would round to a tie between two float32 first (sign %d)', (sign) => {
    // a·b = 2⁻²⁴ − 2⁻⁷⁰, so that a·b + c lies just below the tie between c and its upper neighbour; float64 loses 2⁻⁷⁰
    // and sees the tie itself, which goes to the neighbour, since that is even.
    const a = 1 + 2 ** -23
    const b = 2 ** -24 - 2 ** -47
    const c = sign * (1 + 2 ** -23)
    expect(Math.fround(sign * a * b + c)).toBe(sign * (1 + 2 ** -22))
    expect(fusedMultiplyAdd(sign * a, b, c)).toBe(c)
  })

  it('leaves a tie that is one to the even neighbour', () => {
    expect(fusedMultiplyAdd(2 ** -24, 1, 1)).toBe(1)
    expect(fusedMultiplyAdd(2 ** -24, 1, 1 + 2 ** -23)).toBe(1 + 2 ** -22)
  })
})
