import { js } from './js/js.ts'
import { ACTIVATIONS, PAGE_FLOATS, scratchFloats, type Arithmetic, type KernelFactory, type Matrix } from './kernel.ts'

/** More rows than any tile, columns that do not fill the last vector, and more than one block of k. */
const ROWS = 15
const COLUMNS = 22
const DEPTH = 300
/** Rows and columns of the matrices of a product that is timed. */
const SIZE = 96
/** Room for all matrices of a check. */
const FLOATS = 40_000

/** A kernel on a memory of its own, with matrices one after the other. */
function arena(make: KernelFactory) {
  const scratch = scratchFloats(DEPTH)
  const pages = Math.ceil((scratch + FLOATS) / PAGE_FLOATS)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const view = new Float32Array(memory.buffer)
  let end = scratch
  /** Filled with numbers of both signs whose products and sums need rounding, the same every time. */
  const matrix = (height: number, width: number): Matrix => {
    const stride = Math.ceil(width / 16) * 16
    const made = { offset: end, rows: height, columns: width, stride }
    end += height * stride
    for (let i = made.offset; i < end; i++) view[i] = Math.sin(i * 12.9898)
    return made
  }
  return { view, kernel: make(memory, 0), matrix }
}

/**
 * The arithmetic that a kernel computes in; undefined if a result is wrong. A relaxed multiply-add may round once or
 * twice, depending on the machine, so this compares a product with both definitions. Then it compares every activation
 * and its derivative with the js kernel.
 */
export function checkArithmetic(make: KernelFactory): Arithmetic | undefined {
  const { view, kernel, matrix } = arena(make)
  const [x, w] = [matrix(ROWS, DEPTH), matrix(DEPTH, COLUMNS)]
  const [bias, y] = [matrix(1, COLUMNS), matrix(ROWS, COLUMNS)]
  kernel.forward(x, w, bias, y, 'relu')
  const agrees = (multiplyAdd: (a: number, b: number, c: number) => number): boolean => {
    for (let i = 0; i < ROWS; i++) {
      for (let j = 0; j < COLUMNS; j++) {
        let chain = 0
        for (let k = 0; k < DEPTH; k++) {
          chain = multiplyAdd(view[x.offset + i * x.stride + k], view[w.offset + k * w.stride + j], chain)
        }
        const expected = Math.max(0, Math.fround(chain + view[bias.offset + j]))
        if (view[y.offset + i * y.stride + j] !== expected) return false
      }
    }
    return true
  }
  const arithmetic = agrees(roundedTwice) ? 'f32' : agrees(roundedOnce) ? 'fma' : undefined
  const activated = activate(make)
  return activate(js).every((value, at) => Object.is(value, activated[at])) ? arithmetic : undefined
}

const roundedTwice = (a: number, b: number, c: number): number => Math.fround(c + Math.fround(a * b))
/**
 * The product of two float32 is exact in float64. Rounding the sum to float64 first changes the result about once in
 * 2²⁹ sums, and in none of those tried here, which are always the same.
 */
const roundedOnce = (a: number, b: number, c: number): number => Math.fround(a * b + c)

/** All activations and their derivatives, after products of one term, which every arithmetic class rounds alike. */
function activate(make: KernelFactory): number[] {
  const { view, kernel, matrix } = arena(make)
  const [column, row] = [matrix(ROWS, 1), matrix(1, COLUMNS)]
  const [bias, weights] = [matrix(1, COLUMNS), matrix(COLUMNS, 1)]
  return ACTIVATIONS.flatMap((activation) => {
    const [y, dx] = [matrix(ROWS, COLUMNS), matrix(ROWS, COLUMNS)]
    kernel.forward(column, row, bias, y, activation)
    kernel.backwardInput(column, weights, y, dx, activation)
    return [...view.subarray(y.offset, dx.offset + dx.rows * dx.stride)]
  })
}

/** A function that computes a product of 96 × 96 × 96 once, in a millisecond or less, and gives its GFLOP/s. */
export function prepareSpeed(make: KernelFactory): () => number {
  const { kernel, matrix } = arena(make)
  const [x, w] = [matrix(SIZE, SIZE), matrix(SIZE, SIZE)]
  const [bias, y] = [matrix(1, SIZE), matrix(SIZE, SIZE)]
  return () => {
    const start = performance.now()
    kernel.forward(x, w, bias, y, 'identity')
    return (2 * SIZE ** 3) / ((performance.now() - start) * 1e6)
  }
}
