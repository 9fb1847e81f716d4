import { Bench } from 'tinybench'
import type { KernelFactory, Matrix } from '../kernels/kernel.ts'

const ROWS = 32
const DEPTH = 256
const COLUMNS = 256
const PATIENCE_MS = 200

/**
 * Flop per nanosecond of a kernel's product on this thread, from a fraction of a second of trying: enough to say
 * beforehand about how long a run will take, not a result.
 */
export function estimateRate(factory: KernelFactory): number {
  const floats = ROWS * DEPTH + (DEPTH + 1) * COLUMNS + ROWS * COLUMNS
  const pages = Math.ceil(floats / 16384)
  const kernel = factory(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }))
  const x = matrix(0, ROWS, DEPTH)
  const w = matrix(ROWS * DEPTH, DEPTH, COLUMNS)
  const bias = matrix(w.offset + DEPTH * COLUMNS, 1, COLUMNS)
  const y = matrix(bias.offset + COLUMNS, ROWS, COLUMNS)

  const bench = new Bench({
    time: PATIENCE_MS,
    iterations: 3,
    warmupTime: PATIENCE_MS / 2,
    warmupIterations: 1,
    throws: true,
  })
  bench.add('forward', () => kernel.forward(x, w, bias, y, 'relu'), { async: false })
  const [{ result }] = bench.runSync()
  if (result.state !== 'completed') throw new Error(`the kernel could not be tried: ${result.state}`)
  return (2 * ROWS * DEPTH * COLUMNS) / (result.latency.p50 * 1e6)
}

const matrix = (offset: number, rows: number, columns: number): Matrix => ({
  offset,
  rows,
  columns,
  stride: columns,
})
