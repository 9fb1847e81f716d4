import { describe, expect, it } from 'vitest'
import { ACTIVATIONS } from '../../../src/kernels/kernel.ts'
import { bindSmallOperations, smallOperations, type SmallExports } from '../../../src/kernels/wasm/small/index.ts'
import { ALLOWED_BYTES, heapChange } from '../heap.ts'
import { arena, numbers } from '../arena.ts'
import { assemble } from './assemble.ts'

const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

// In a file of its own: V8 compiles the methods of one kernel in a thread better than those of many.
describe('the small operations of the WebAssembly kernels in a hot loop', () => {
  it('allocate nothing', async () => {
    const { memory, matrix } = arena()
    const scratch = matrix(1, 16)
    const { exports } = new WebAssembly.Instance(await assemble(smallOperations), { env: { memory } })
    const operations = bindSmallOperations(
      exports as unknown as SmallExports,
      new Int32Array(memory.buffer, scratch.offset * 4, 16),
    )
    const filled = (rows: number, columns: number) => matrix(rows, columns, 1, numbers(rows * columns, rows))
    const [y, dy, x, db] = [filled(9, 7), filled(9, 7), filled(9, 7), filled(1, 7)]
    const [labels, losses] = [matrix(9, 1), matrix(9, 1)]
    const [w, gradient, first, second] = [filled(9, 7), filled(9, 7), matrix(9, 7), matrix(9, 7)]
    const sources = [w, gradient, x]

    const run = (calls: number): void => {
      for (let call = 0; call < calls; call++) {
        for (const kind of ACTIVATIONS) {
          operations.activate(y, kind)
          operations.multiplyByDerivative(dy, y, kind)
        }
        operations.loss('cross-entropy', y, labels, dy, losses, 1 / 9)
        operations.loss('mse', y, labels, dy, losses, 1 / 9)
        operations.backwardBias(dy, db, true)
        operations.sum(sources, x)
        operations.sgd(w, gradient, hyper)
        operations.momentum(w, gradient, first, hyper)
        operations.adam(w, gradient, first, second, hyper, 0.9, 0.999)
      }
    }
    expect(heapChange(run)).toBeLessThan(ALLOWED_BYTES)
  })
})
