import { PACKED_FLOATS } from '../kernel.ts'
import type { Blocking } from './product.ts'
import type { Tile } from './micro-kernel.ts'

export type WasmKernelName = 'simd' | 'fma' | 'fma256'

export interface Specification {
  readonly tile: Tile
  readonly blocking: Blocking
}

/**
 * A panel of 512 × 16 floats takes 32 KiB of the first-level cache, a group on the way along 256 KiB of a second-level
 * cache of at least 512; packing pays from about 48 rows on. Found by trying: a depth of 320 was 5 % slower on layers of
 * 1024, whose weights come from the third-level cache, and the same on small ones.
 */
const BLOCKING: Blocking = { depth: 512, panels: 4, groupFloats: PACKED_FLOATS, fewestRows: 48 }

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
