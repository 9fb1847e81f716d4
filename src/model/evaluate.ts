import { scratchFloats, type Kernel, type Matrix } from '../kernels/kernel.ts'
import type { DataSet } from './data/dataset.ts'
import { activationOf, parameterCount, type Model } from './shape.ts'

/** Rows evaluated at a time. */
const CHUNK = 64

/** Floats of memory that `evaluate` needs, including its kernel's scratch. */
export function evaluationFloats(model: Model): number {
  const activations = CHUNK * model.widths.reduce((sum, width) => sum + width)
  return scratchFloats(CHUNK) + parameterCount(model) + activations
}

/**
 * The share of rows whose largest output is that of their class (the first of equal ones counts). Runs on the calling
 * thread with the kernel's own arithmetic, so equal weights give equal shares to the last digit.
 *
 * @param parameters per layer W, row-major, and then the bias
 * @param memory the kernel's memory, free for `evaluationFloats` from float `from`, where the kernel's scratch begins
 */
export function evaluate(
  model: Model,
  parameters: readonly Float32Array[],
  set: DataSet,
  kernel: Kernel,
  memory: Float32Array,
  from: number,
): number {
  const { widths } = model
  let end = from + scratchFloats(CHUNK)
  const place = (rows: number, columns: number): Matrix => {
    const matrix = { offset: end, rows, columns, stride: columns }
    end += rows * columns
    return matrix
  }
  const weights = parameters.map((values, layer) => {
    const w = place(widths[layer], widths[layer + 1])
    const bias = place(1, widths[layer + 1])
    memory.set(values, w.offset)
    return { w, bias }
  })
  const activations = widths.map((width) => place(CHUNK, width))

  let right = 0
  for (let start = 0; start < set.rows; start += CHUNK) {
    const rows = Math.min(CHUNK, set.rows - start)
    const some = activations.map((matrix) => ({ ...matrix, rows }))
    memory.set(set.features.subarray(start * set.columns, (start + rows) * set.columns), some[0].offset)
    weights.forEach(({ w, bias }, layer) => {
      kernel.forward(some[layer], w, bias, some[layer + 1], activationOf(model, layer))
    })
    const { offset, stride } = some[widths.length - 1]
    for (let row = 0; row < rows; row++) {
      const outputs = memory.subarray(offset + row * stride, offset + (row + 1) * stride)
      if (outputs.indexOf(Math.max(...outputs)) === set.labels[start + row]) right++
    }
  }
  return right / set.rows
}
