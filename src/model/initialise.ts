import { purpose, random } from './random.ts'
import { activationOf, layerCount, type Model } from './shape.ts'

/**
 * All layers' parameters before the first step: W (in × out), row-major without padding, then `out` biases of 0.
 *
 * Layers followed by ReLU: normal with standard deviation √(2 / in) (He et al. 2015, equation 10).
 * All others: uniform in ±√(6 / (in + out)) (Glorot and Bengio 2010, equation 16).
 */
export const initialParameters = (model: Model, seed: number): Float32Array[] =>
  Array.from({ length: layerCount(model) }, (_, layer) => layerParameters(model, layer, seed))

/** One layer of `initialParameters`. It depends only on the seed and on the layer's index, size and activation. */
export function layerParameters(model: Model, layer: number, seed: number): Float32Array {
  const inputs = model.widths[layer]
  const outputs = model.widths[layer + 1]
  const { uniform, normal } = random(seed, purpose.parameters, layer)
  const deviation = Math.sqrt(2 / inputs)
  const bound = Math.sqrt(6 / (inputs + outputs))
  const draw = activationOf(model, layer) === 'relu' ? () => deviation * normal() : () => bound * (2 * uniform() - 1)

  const parameters = new Float32Array((inputs + 1) * outputs)
  for (let i = 0; i < inputs * outputs; i++) parameters[i] = draw()
  return parameters
}
