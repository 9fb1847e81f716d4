import { PACKED_FLOATS, STRIP_FLOATS, TILE_WIDTH, type Arithmetic, type KernelFactory } from '../kernel.ts'
import type { Products } from './product.ts'
import { bindSmallOperations, start, step, type SmallExports } from './small/index.ts'
import { FLOAT } from './text.ts'

/** Everything that a module exports. */
interface Exports extends Products, SmallExports {
  /** Packs all of w for the input gradient. */
  readonly keep: (b: number, bStep: number, to: number, columns: number, depth: number) => void
  readonly peak: (at: number, turns: number) => void
  readonly copy: (a: number, b: number, c: number, turns: number) => void
  readonly triad: Exports['copy']
}

/** Instantiates a kernel's module on a memory. */
export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): Exports =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports

/** A kernel of WebAssembly SIMD, made from its compiled module. */
export const wasmKernel =
  (name: string, arithmetic: Arithmetic, module: WebAssembly.Module): KernelFactory =>
  (memory, scratch) => {
    const exports = instantiate(module, memory)
    const floats = new Float32Array(memory.buffer)
    // In this order: a row of zeros, the learning rate, packed strips of A, packed panels of B, the edge and its operand.
    const zeros = scratch * FLOAT
    const rateAt = scratch + TILE_WIDTH
    const rate = rateAt * FLOAT
    const strips = (scratch + 2 * TILE_WIDTH) * FLOAT
    const packed = strips + STRIP_FLOATS * FLOAT
    const edge = packed + PACKED_FLOATS * FLOAT
    floats.fill(0, scratch, scratch + TILE_WIDTH)
    // The list of a sum's sources lies where panels are packed; a sum and a product never run at once.
    const small = bindSmallOperations(exports, new Int32Array(memory.buffer, packed, PACKED_FLOATS))

    const { forward_bias: forwardBias, 'forward_bias-relu': forwardBiasRelu } = exports
    const { input_store: inputStore, input_mask: inputMask, keep } = exports
    const { weight_store: weightStore, weight_sgd: weightSgd } = exports

    return {
      ...small,
      name,
      arithmetic,

      forward(x, w, bias, y, activation) {
        const product = activation === 'relu' ? forwardBiasRelu : forwardBias
        product(
          start(x), step(x), start(w), step(w), start(y), step(y), start(bias), 0,
          rate, y.rows, y.columns, w.rows, 0, zeros, packed, edge, 0, strips,
        ) // prettier-ignore
        if (activation !== 'relu') small.activate(y, activation)
      },

      pack(w, packedWeights) {
        keep(start(w), step(w), start(packedWeights), w.rows, w.columns)
      },

      backwardInput(dy, w, x, dx, activation, packedWeights) {
        const product = activation === 'relu' ? inputMask : inputStore
        product(
          start(dy), step(dy), start(w), step(w), start(dx), step(dx), start(x), step(x),
          rate, dx.rows, dx.columns, w.columns, 0, zeros, packed, edge,
          packedWeights ? start(packedWeights) : 0, strips,
        ) // prettier-ignore
        if (activation !== 'relu') small.multiplyByDerivative(dx, x, activation)
      },

      backwardWeight(x, dy, dw, accumulate) {
        weightStore(
          start(x), step(x), start(dy), step(dy), start(dw), step(dw), zeros, 0,
          rate, dw.rows, dw.columns, x.rows, accumulate ? 1 : 0, zeros, packed, edge, 0, strips,
        ) // prettier-ignore
      },

      backwardWeightSgd(x, dy, dw, w, accumulate, hyper) {
        floats[rateAt] = hyper.learningRate
        weightSgd(
          start(x), step(x), start(dy), step(dy), start(dw), step(dw), start(w), step(w),
          rate, dw.rows, dw.columns, x.rows, accumulate ? 1 : 0, zeros, packed, edge, 0, strips,
        ) // prettier-ignore
      },
    }
  }
