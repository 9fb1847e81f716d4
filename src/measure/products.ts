import { Bench } from 'tinybench'
import { createKernel } from '../kernels/choose.ts'
import { js } from '../kernels/js/js.ts'
import {
  PAGE_FLOATS,
  scratchFloats,
  type Form,
  type Kernel,
  type KernelChoice,
  type Matrix,
} from '../kernels/kernel.ts'
import { random } from '../model/random.ts'
import { rowStride } from '../plan/read/bytes.ts'
import { flopOfProduct, type LayerProduct, type PlannedProduct } from '../plan/read/work.ts'
import { copyIn, copyOut } from '../runtime/memory.ts'
import { equalBits, largestUlp, type Match } from './verify.ts'

export type ProductResult = ReturnType<typeof measureProduct>

/** A try repeats the product for this long, so that reading the clock does not count. */
const TRY_MS = 0.1
const FEWEST_TRIES = 3
/** So small a learning rate that the weights stay finite while updates are timed. */
const RATE = 1e-12

/**
 * Times one product of a kernel with tinybench on this thread, with the epilogue that training uses (bias and ReLU,
 * ReLU's mask, update), and compares its result with the js kernel's. The time includes packing.
 */
export function measureProduct(choice: KernelChoice, product: LayerProduct, milliseconds: number) {
  const { k } = product
  const ours = prepare({ ...product, updates: product.form === 'weight' }, (memory) => createKernel(choice)(memory, 0))
  ours.run()
  const reference = prepare({ ...product, updates: product.form === 'weight' }, js)
  reference.run()
  const results = [ours.result(), reference.result()] as const
  const maxUlp = largestUlp([results[0]], [results[1]])
  // Rounding once instead of twice moves a sum by at most half a spacing per term.
  const match: Match = equalBits(...results) ? 'exact' : maxUlp <= k / 2 + 1 ? 'close' : 'different'

  const { batch, repeats } = batchOf(ours.run)
  const bench = new Bench({
    time: milliseconds,
    iterations: FEWEST_TRIES,
    warmupTime: milliseconds / 4,
    warmupIterations: 1,
    throws: true,
  })
  bench.add(product.form, batch, { async: false })
  const [{ result }] = bench.runSync()
  if (result.state !== 'completed') throw new Error(`a product could not be timed: ${result.state}`)
  return {
    ...product,
    /** The rate of the fastest try. */
    gflops: (flopOfProduct(product) * repeats) / (result.latency.min * 1e6),
    /** Largest difference from the js kernel, in float32 spacings at the largest result. */
    maxUlp,
    match,
  }
}

/** Nanoseconds of a product on this thread: the fastest of the tries within some milliseconds. */
export function timeProduct(choice: KernelChoice, product: PlannedProduct, milliseconds: number): number {
  const { batch, repeats } = batchOf(prepare(product, (memory) => createKernel(choice)(memory, 0)).run)
  let fastest = Infinity
  const begun = performance.now()
  for (let tries = 0; tries < FEWEST_TRIES || performance.now() - begun < milliseconds; tries++) {
    const start = performance.now()
    batch()
    fastest = Math.min(fastest, performance.now() - start)
  }
  return (fastest * 1e6) / repeats
}

/** As many repetitions as take the time of a try, and how many they are. */
function batchOf(run: () => void) {
  let repeats = 1
  const batch = () => {
    for (let i = 0; i < repeats; i++) run()
  }
  for (;;) {
    const start = performance.now()
    batch()
    if (performance.now() - start >= TRY_MS) return { batch, repeats }
    repeats *= 2
  }
}

/** The operands of a product in a memory of their own, with the same numbers for every kernel. */
function prepare({ form, m, n, k, updates }: PlannedProduct, make: (memory: WebAssembly.Memory) => Kernel) {
  const sizes: Readonly<Record<Form, [rows: number, columns: number][]>> = {
    forward: [[m, k], [k, n], [1, n], [m, n]],
    input: [[m, k], [n, k], [m, n], [m, n]],
    weight: [[k, m], [k, n], [m, n], [m, n]],
  } // prettier-ignore
  let end = scratchFloats(Math.max(m, n, k))
  const matrices = sizes[form].map(([rows, columns]): Matrix => {
    const matrix = { offset: end, rows, columns, stride: rowStride(columns) }
    end += rows * matrix.stride
    return matrix
  })
  const pages = Math.ceil(end / PAGE_FLOATS)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const floats = new Float32Array(memory.buffer)
  const source = random(m, n, k)
  for (const matrix of matrices) {
    const length = matrix.rows * matrix.columns
    copyIn(
      floats,
      matrix,
      Float32Array.from({ length }, () => source.uniform() - 0.5),
    )
  }
  const kernel = make(memory)
  const hyper = { learningRate: RATE, beta1: 0, beta2: 0, epsilon: 0 }
  const [first, second, third, fourth] = matrices
  const run = {
    forward: () => kernel.forward(first, second, third, fourth, 'relu'),
    input: () => kernel.backwardInput(first, second, third, fourth, 'relu'),
    weight: updates
      ? () => kernel.backwardWeightSgd(first, second, third, fourth, false, hyper)
      : () => kernel.backwardWeight(first, second, third, false),
  }[form]
  /** A copy; for `weight` of the gradient, without the update. */
  const result = () => {
    if (form === 'weight') kernel.backwardWeight(first, second, fourth, false)
    return copyOut(floats, fourth)
  }
  return { run, result }
}
