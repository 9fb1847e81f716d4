import { describe, expect, it } from 'vitest'
import { js } from '../../../src/kernels/js/js.ts'
import { LOSSES, ACTIVATIONS } from '../../../src/kernels/kernel.ts'
import { ALLOWED_BYTES, heapChange } from '../heap.ts'
import { arena, numbers } from '../arena.ts'

const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

describe('the js kernel in a hot loop', () => {
  it('allocates nothing', () => {
    const { memory, matrix } = arena()
    const kernel = js(memory)
    const filled = (rows: number, columns: number) => matrix(rows, columns, 1, numbers(rows * columns, rows))
    const [x, w, bias, y] = [filled(9, 13), filled(13, 7), filled(1, 7), filled(9, 7)]
    const [dx, dw, db, dy] = [filled(9, 13), filled(13, 7), filled(1, 7), filled(9, 7)]
    const [labels, rowLosses] = [matrix(9, 1), matrix(9, 1)]
    const [first, second] = [matrix(13, 7), matrix(13, 7)]
    const sources = [dw, first, second]

    const run = (calls: number): void => {
      for (let call = 0; call < calls; call++) {
        for (const activation of ACTIVATIONS) {
          kernel.forward(x, w, bias, y, activation)
          kernel.backwardInput(dy, w, x, dx, activation)
        }
        for (const loss of LOSSES) kernel.loss(loss, y, labels, dy, rowLosses, 1 / 9)
        kernel.backwardWeight(x, dy, dw, true)
        kernel.backwardBias(dy, db, true)
        kernel.sum(sources, first)
        kernel.sgd(w, dw, hyper)
        kernel.momentum(w, dw, first, hyper)
        kernel.adam(w, dw, first, second, hyper, 0.9, 0.999)
      }
    }
    expect(heapChange(run)).toBeLessThan(ALLOWED_BYTES)
  })
})
