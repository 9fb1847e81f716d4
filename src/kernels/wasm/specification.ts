import { PACKED_FLOATS } from '../kernel.ts'
import type { Blocking } from './product.ts'
import type { Tile } from './micro-kernel.ts'

export type WasmKernelName = 'simd' | 'fma' | 'fma256'

export interface Specification {
  readonly tile: Tile
  readonly blocking: Blocking
}

/**
 * A panel of 320 × 16 floats takes 20 KiB of a first-level cache of at least 32, and a group of panels 256 KiB of a
 * second-level cache of at least 512; packing pays from about 48 rows on.
 */
const BLOCKING: Blocking = { depth: 320, groupFloats: PACKED_FLOATS, fewestRows: 48 }

/**
 * The kernels are one generator's code with different tiles. Without `--experimental-wasm-revectorize` there are
 * sixteen registers of four floats: 2 × 16 takes eight accumulators, the fewest that hide the latency of two
 * multiply-adds a cycle. With it V8 joins neighbouring vectors into registers of eight floats, and 6 × 16 takes twelve.
 * Unrolling k makes V8 of Node 20 and 22 spill, and halves the speed; elsewhere it gains nothing.
 */
export const SPECIFICATIONS: Readonly<Record<WasmKernelName, Specification>> = {
  simd: { tile: { rows: 2, vectors: 4, unroll: 1, fused: false }, blocking: BLOCKING },
  fma: { tile: { rows: 2, vectors: 4, unroll: 1, fused: true }, blocking: BLOCKING },
  fma256: { tile: { rows: 6, vectors: 4, unroll: 1, fused: true }, blocking: BLOCKING },
}
