import { PACKED_FLOATS, type KernelName } from '../kernel.ts'
import type { Blocking } from './product.ts'
import type { Tile } from './micro-kernel.ts'

export type WasmKernelName = Exclude<KernelName, 'js'>

export interface Specification {
  readonly tile: Tile
  readonly blocking: Blocking
}

/**
 * A panel of 512 × 16 floats takes 32 KiB; one of 192 × 16 leaves room in the first-level cache for a strip of A and the
 * next panel, which matters on the way along, where every tile has another panel. A group on that way takes 320 KiB of a
 * second-level cache of at least 512 KiB. Packing panels pays from about 48 rows on, and packing strips from 2500 turns.
 * Found by trying: a depth of 320 on the way down was 5 % slower on layers of 1024, whose weights come from the
 * third-level cache, and no faster on small layers; a depth of 256 on the way along was 2 to 5 % slower.
 */
const BLOCKING: Blocking = {
  depth: { down: 512, along: 192 },
  panels: 4,
  groupFloats: PACKED_FLOATS,
  fewestRows: 48,
  fewestTurns: 2500,
}

/**
 * One generator makes all kernels, with different tiles. Without `--experimental-wasm-revectorize` there are sixteen
 * registers of four floats: 2 × 16 takes eight accumulators, the fewest that hide the latency of two multiply-adds a
 * cycle. With it, V8 joins neighbouring vectors into registers of eight floats, and 6 × 16 takes twelve accumulators.
 * Unrolling k makes V8 of Node 20 and 22 spill registers, and halves the speed; elsewhere it gains nothing.
 */
export const SPECIFICATIONS: Readonly<Record<WasmKernelName, Specification>> = {
  simd: { tile: { rows: 2, vectors: 4, unroll: 1, fused: false, strips: 4 }, blocking: BLOCKING },
  fma: { tile: { rows: 2, vectors: 4, unroll: 1, fused: true, strips: 4 }, blocking: BLOCKING },
  fma256: { tile: { rows: 6, vectors: 4, unroll: 1, fused: true, strips: 2 }, blocking: BLOCKING },
}
