import type { Kernel, Loss } from '../kernel.ts'
import { exp, log } from './transcendental.ts'

const { fround } = Math

type Operands = Parameters<Kernel['loss']> extends [Loss, ...infer Rest] ? Rest : never
type LossOnFloats = (floats: Float32Array, lanes: Float32Array, ...operands: Operands) => void

/**
 * Cross-entropy of a softmax; shapes y, dy: r×j, labels, losses: r×1. Per row, with m the largest y:
 * e_j = exp(fround(y_j − m)), s = Σ e_j in four lanes from +0 (columns j ≡ 0, 1, 2, 3 mod 4, each in ascending j)
 * combined as fround(fround(l0 + l1) + fround(l2 + l3)),
 * dy_j = fround(fround(fround(e_j / s) − onehot_j)·scale), loss = fround(log(s) − fround(y_label − m)),
 * with exp and log of transcendental.ts. The order in which m is found does not matter: if +0 and −0 are the largest,
 * either gives the same bits, and a NaN makes the whole row NaN. Subtracting m keeps every e_j at most 1 and s at least 1.
 */
const crossEntropy: LossOnFloats = (floats, lanes, y, labels, dy, losses, scale) => {
  const factor = fround(scale)
  for (let r = 0; r < y.rows; r++) {
    const yRow = y.offset + r * y.stride
    const dyRow = dy.offset + r * dy.stride
    const label = floats[labels.offset + r * labels.stride]

    let largest = floats[yRow]
    for (let j = 1; j < y.columns; j++) if (floats[yRow + j] > largest) largest = floats[yRow + j]

    lanes.fill(0)
    for (let j = 0; j < y.columns; j++) {
      floats[dyRow + j] = fround(floats[yRow + j] - largest)
      exp(floats, dyRow + j)
      lanes[j & 3] = fround(lanes[j & 3] + floats[dyRow + j])
    }
    const total = fround(fround(lanes[0] + lanes[1]) + fround(lanes[2] + lanes[3]))

    for (let j = 0; j < y.columns; j++) {
      const probability = fround(floats[dyRow + j] / total)
      floats[dyRow + j] = fround(fround(probability - (j === label ? 1 : 0)) * factor)
    }
    lanes[0] = total
    log(lanes, 0)
    floats[losses.offset + r * losses.stride] = fround(lanes[0] - fround(floats[yRow + label] - largest))
  }
}

/**
 * Half the squared error against the one-hot label; shapes as above. Per row: d_j = fround(y_j − onehot_j),
 * dy_j = fround(d_j·scale), loss = fround(½·Σ fround(d_j·d_j)), the sum in the same four lanes from +0.
 */
const meanSquaredError: LossOnFloats = (floats, lanes, y, labels, dy, losses, scale) => {
  const factor = fround(scale)
  for (let r = 0; r < y.rows; r++) {
    const yRow = y.offset + r * y.stride
    const dyRow = dy.offset + r * dy.stride
    const label = floats[labels.offset + r * labels.stride]

    lanes.fill(0)
    for (let j = 0; j < y.columns; j++) {
      const difference = fround(floats[yRow + j] - (j === label ? 1 : 0))
      floats[dyRow + j] = fround(difference * factor)
      lanes[j & 3] = fround(lanes[j & 3] + fround(difference * difference))
    }
    const total = fround(fround(lanes[0] + lanes[1]) + fround(lanes[2] + lanes[3]))
    floats[losses.offset + r * losses.stride] = fround(0.5 * total)
  }
}

export const LOSS: Readonly<Record<Loss, LossOnFloats>> = { 'cross-entropy': crossEntropy, mse: meanSquaredError }
