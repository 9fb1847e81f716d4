import { TILE_WIDTH, type KernelName } from '../kernel.ts'
import { LANES } from './vector.ts'

export type WasmKernelName = Exclude<KernelName, 'js'>

/** Vectors of four columns in a row of a tile. */
export const VECTORS = TILE_WIDTH / LANES

export interface Tile {
  /** Rows of C computed together, each in `VECTORS` accumulators: these and a few more should fit the registers. */
  readonly rows: number
  /** Strips of A, each as high as the tile, packed together: their rows should fill whole vectors. */
  readonly strips: number
  /** Whether multiply and add are one instruction with one rounding, or two with two. */
  readonly fused: boolean
}

/**
 * One generator makes all kernels, with different tiles. Without `--experimental-wasm-revectorize` there are sixteen
 * registers of four floats: 2 × 16 takes eight accumulators, the fewest that hide the latency of two multiply-adds a
 * cycle. With it, V8 joins neighbouring vectors into registers of eight floats, and 6 × 16 takes twelve accumulators.
 * The loop over k is not unrolled: V8 of Node 20 and 22 would spill registers, which halves the speed, and elsewhere
 * nothing is gained.
 */
export const TILES: Readonly<Record<WasmKernelName, Tile>> = {
  simd: { rows: 2, strips: 4, fused: false },
  fma: { rows: 2, strips: 4, fused: true },
  fma256: { rows: 6, strips: 2, fused: true },
}

/**
 * Most steps of k that a panel of B holds, by the order of A. 512 × 16 floats take 32 KiB; 192 × 16 leave room
 * in the first-level cache for a strip of A and the next panel, which matters on the way along, where every tile has
 * another panel. Found by trying: 320 on the way down was 5 % slower on layers of 1024, whose weights come from the
 * third-level cache, and no faster on small layers; 256 on the way along was 2 to 5 % slower.
 */
export const DEPTH = { rows: 512, columns: 192 }
/** Panels packed together on the way down: neighbours are read together, and used before they leave the cache. */
export const PANELS = 4
/** With fewer rows, a panel is read where it lies: packing it would not pay. */
export const FEWEST_ROWS = 48
/** With fewer turns of the micro-kernel over all panels of a group, a strip of A is read where it lies. */
export const FEWEST_TURNS = 2500
