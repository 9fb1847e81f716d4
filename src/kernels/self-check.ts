import { createKernel } from './create.ts'
import {
  PAGE_FLOATS,
  scratchFloats,
  type Arithmetic,
  type Kernel,
  type KernelChoice,
  type Matrix,
} from './kernel.ts'

/** A memory of its own for a kernel, with matrices one after the other. */
function arena(choice: KernelChoice, rows: number, floats: number) {
  const scratch = scratchFloats(rows)
  const pages = Math.ceil((scratch + floats) / PAGE_FLOATS)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const view = new Float32Array(memory.buffer)
  const kernel: Kernel = createKernel(choice)(memory, 0)
  let end = scratch
  const matrix = (height: number, width: number): Matrix => {
    const stride = Math.ceil(width / 16) * 16
    const made = { offset: end, rows: height, columns: width, stride }
    end += height * stride
    // Numbers whose products and sums need rounding, of both signs, the same every time.
    for (let i = made.offset; i < end; i++) view[i] = Math.sin(i * 12.9898)
    return made
  }
  return { view, kernel, matrix }
}

/** More rows than any tile, columns that fill no vector, and more than one block of k. */
const ROWS = 15
const COLUMNS = 22
const DEPTH = 300

/**
 * Multiplies two matrices and holds the result against both definitions of a multiply-add; undefined if neither gives
 * these bits. A relaxed multiply-add may round once or twice, as the machine likes: this tells which.
 */
export function checkArithmetic(choice: KernelChoice): Arithmetic | undefined {
  const { view, kernel, matrix } = arena(choice, DEPTH, 40_000)
  const x = matrix(ROWS, DEPTH)
  const w = matrix(DEPTH, COLUMNS)
  const bias = matrix(1, COLUMNS)
  const y = matrix(ROWS, COLUMNS)
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
  if (agrees(roundedTwice)) return 'f32'
  return agrees(roundedOnce) ? 'fma' : undefined
}

const roundedTwice = (a: number, b: number, c: number): number => Math.fround(c + Math.fround(a * b))
/**
 * The product of two float32 is exact in float64, and rounding the sum to float64 first shows about once in 2²⁹ sums: not
 * in those that are tried here, which are always the same.
 */
const roundedOnce = (a: number, b: number, c: number): number => Math.fround(a * b + c)

const SIZE = 96
const TRY_MS = 30
const REPEATS = 10

/** GFLOP/s of a product of 96 × 96 × 96, the best of some milliseconds: enough to tell kernels apart. */
export function measureSpeed(choice: KernelChoice): number {
  const { kernel, matrix } = arena(choice, SIZE, 4 * SIZE * SIZE)
  const x = matrix(SIZE, SIZE)
  const w = matrix(SIZE, SIZE)
  const bias = matrix(1, SIZE)
  const y = matrix(SIZE, SIZE)
  let best = Infinity
  for (const end = performance.now() + TRY_MS; performance.now() < end;) {
    const start = performance.now()
    for (let i = 0; i < REPEATS; i++) kernel.forward(x, w, bias, y, 'identity')
    best = Math.min(best, performance.now() - start)
  }
  return (2 * SIZE ** 3 * REPEATS) / (best * 1e6)
}
