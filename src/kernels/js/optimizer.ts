import type { OnFloats } from '../kernel.ts'

const { fround, sqrt } = Math

/** w = fround(w − fround(learningRate·g)); both n×m. */
export const sgd: OnFloats<'sgd'> = (floats, w, gradient, hyper) => {
  const rate = fround(hyper.learningRate)
  for (let i = 0; i < w.rows; i++) {
    const wRow = w.offset + i * w.stride
    const gRow = gradient.offset + i * gradient.stride
    for (let j = 0; j < w.columns; j++) floats[wRow + j] = fround(floats[wRow + j] - fround(rate * floats[gRow + j]))
  }
}

/** v = fround(fround(beta1·v) + g); w = fround(w − fround(learningRate·v)); all n×m. */
export const momentum: OnFloats<'momentum'> = (floats, w, gradient, velocity, hyper) => {
  const rate = fround(hyper.learningRate)
  const decay = fround(hyper.beta1)
  for (let i = 0; i < w.rows; i++) {
    const wRow = w.offset + i * w.stride
    const gRow = gradient.offset + i * gradient.stride
    const vRow = velocity.offset + i * velocity.stride
    for (let j = 0; j < w.columns; j++) {
      const v = fround(fround(decay * floats[vRow + j]) + floats[gRow + j])
      floats[vRow + j] = v
      floats[wRow + j] = fround(floats[wRow + j] - fround(rate * v))
    }
  }
}

/**
 * Adam; all n×m. The hyperparameters are rounded first, then 1 − β₁, 1 − β₂, 1 − β₁ᵗ and 1 − β₂ᵗ. The powers are float64
 * and not rounded: otherwise 1 − β₂ᵗ would lose two of its seven digits in the first steps.
 * m = fround(fround(β₁·m) + fround((1−β₁)·g));
 * v = fround(fround(β₂·v) + fround((1−β₂)·fround(g·g)));
 * w = fround(w − fround(fround(learningRate·m̂) / fround(fround(√v̂) + ε))),
 * with m̂ = fround(m / (1−β₁ᵗ)), v̂ = fround(v / (1−β₂ᵗ)).
 */
export const adam: OnFloats<'adam'> = (floats, w, gradient, first, second, hyper, power1, power2) => {
  const rate = fround(hyper.learningRate)
  const beta1 = fround(hyper.beta1)
  const beta2 = fround(hyper.beta2)
  const epsilon = fround(hyper.epsilon)
  const rest1 = fround(1 - beta1)
  const rest2 = fround(1 - beta2)
  const correction1 = fround(1 - power1)
  const correction2 = fround(1 - power2)
  for (let i = 0; i < w.rows; i++) {
    const wRow = w.offset + i * w.stride
    const gRow = gradient.offset + i * gradient.stride
    const mRow = first.offset + i * first.stride
    const vRow = second.offset + i * second.stride
    for (let j = 0; j < w.columns; j++) {
      const g = floats[gRow + j]
      const m = fround(fround(beta1 * floats[mRow + j]) + fround(rest1 * g))
      const v = fround(fround(beta2 * floats[vRow + j]) + fround(rest2 * fround(g * g)))
      floats[mRow + j] = m
      floats[vRow + j] = v
      const root = fround(sqrt(fround(v / correction2)))
      const step = fround(fround(rate * fround(m / correction1)) / fround(root + epsilon))
      floats[wRow + j] = fround(floats[wRow + j] - step)
    }
  }
}
