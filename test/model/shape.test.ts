import { describe, expect, it } from 'vitest'
import { stepFlop } from '../../src/model/shape.ts'

const model = { widths: [8, 16, 16, 16, 16, 4], activation: 'relu', loss: 'cross-entropy' } as const

describe('the flop count', () => {
  it('is 6·B·Σ(in·out) − 2·B·in₁·out₁', () => {
    const widths = [784, 128, 64, 10]
    const sum = 784 * 128 + 128 * 64 + 64 * 10
    expect(stepFlop({ ...model, widths }, 32)).toBe(6 * 32 * sum - 2 * 32 * 784 * 128)
  })
})
