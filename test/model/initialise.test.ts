import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { initialParameters, layerParameters } from '../../src/model/initialise.ts'
import { parameterCount, type Model } from '../../src/model/shape.ts'

const model: Model = { widths: [200, 100, 50, 10], activation: 'relu', loss: 'cross-entropy' }
const weights = (parameters: Float32Array, outputs: number) => parameters.subarray(0, -outputs)
const deviation = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)

describe('initialParameters', () => {
  it('gives each layer in · out weights and then out biases of zero', () => {
    const layers = initialParameters(model, 1)
    expect(layers.map((layer) => layer.length)).toEqual([201 * 100, 101 * 50, 51 * 10])
    expect(layers.reduce((sum, layer) => sum + layer.length, 0)).toBe(parameterCount(model))
    layers.forEach((layer, index) => {
      const outputs = model.widths[index + 1]
      expect(layer.subarray(-outputs).every((bias) => Object.is(bias, 0))).toBe(true)
      expect(weights(layer, outputs).every((weight) => weight !== 0)).toBe(true)
    })
  })

  it('draws layers followed by ReLU from the normal law with standard deviation √(2 / in)', () => {
    const values = weights(initialParameters(model, 2)[0], 100)
    expect(deviation(values) / Math.sqrt(2 / 200)).toBeCloseTo(1, 1)
    // A normal law reaches beyond what any uniform one of this deviation can.
    expect(Math.max(...values)).toBeGreaterThan(3 * Math.sqrt(2 / 200))
  })

  it('draws the last layer, and all others, evenly from ±√(6 / (in + out))', () => {
    const tanh = initialParameters({ ...model, activation: 'tanh' }, 3)
    const relu = initialParameters(model, 3)
    expect(tanh[2]).toEqual(relu[2])
    tanh.forEach((layer, index) => {
      const [inputs, outputs] = model.widths.slice(index)
      const bound = Math.sqrt(6 / (inputs + outputs))
      const values = weights(layer, outputs)
      expect(values.every((value) => Math.abs(value) <= Math.fround(bound))).toBe(true)
      expect(deviation(values) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1)
      expect(Math.max(...values) / bound).toBeGreaterThan(0.98)
      expect(Math.min(...values) / bound).toBeLessThan(-0.98)
    })
  })

  it('is a function of the seed, and differs between layers of the same shape', () => {
    const square: Model = { ...model, widths: [8, 8, 8, 8] }
    const [first, second] = initialParameters(square, 4)
    expect(first).not.toEqual(second)
    expect(initialParameters(square, 4)).toEqual(initialParameters(square, 4))
    expect(initialParameters(square, 4)[0]).not.toEqual(initialParameters(square, 5)[0])
  })

  it('gives a layer the same parameters whatever layers there are besides', () => {
    const deeper: Model = { ...model, widths: [300, 100, 50, 70, 20] }
    expect(initialParameters(deeper, 6)[1]).toEqual(initialParameters(model, 6)[1])
    expect(layerParameters(model, 1, 6)).toEqual(initialParameters(model, 6)[1])
  })

  it('never changes, so that hashes of weights stay comparable', () => {
    const small: Model = { widths: [5, 4, 3], activation: 'relu', loss: 'cross-entropy' }
    const hash = createHash('sha256')
    for (const layer of initialParameters(small, 1)) hash.update(Buffer.from(layer.buffer))
    expect(hash.digest('hex')).toBe('92a500d3f3820330979e525bec35887b6fff1575b1ccc552a91f80b50e56146f')
  })
})
