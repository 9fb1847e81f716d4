import { PAGE_FLOATS } from '../kernel.ts'
import { instantiate } from './kernel.ts'
import { multiplyAdd } from './micro-kernel.ts'
import { TILES, VECTORS, type Tile, type WasmKernelName } from './specification.ts'
import { advance, constant, FLOAT, get, numbered, repeat, times } from './text.ts'
import { LANES, loadVectors, storeVectors, VECTOR } from './vector.ts'

/** The limits of one thread while others do the same: no kernel can be faster. */
export interface Limits {
  /** Multiply-adds from register to register, counted as two operations each. */
  readonly peakGflops: number
  /** c = a, and c = a + s·b, over arrays larger than the caches; bytes read and written, without write-allocate. */
  readonly copyGbps: number
  readonly triadGbps: number
}

/** Three arrays of this size exceed a core's share of most third-level caches. */
const ARRAY_BYTES = 16 * 2 ** 20
/** Turns of the register loop in one try: tens of microseconds. */
const PEAK_TURNS = 20_000

/**
 * Chains of multiply-adds, of four lanes each, in one turn of `peak`: enough to hide the latency of two multiply-adds a
 * cycle, and few enough for sixteen registers.
 */
const peakChains = ({ rows }: Tile): string[] => numbered('$c', Math.max(12, rows * VECTORS))

/**
 * The micro-kernel's arithmetic without its loads: its chains run for `$turns` turns without touching memory. `$at` is the
 * address of 16 bytes per chain, read before and written afterwards, so that the compiler cannot remove the loop.
 */
function peakText(tile: Tile): string {
  const chains = peakChains(tile)
  return `
(func $peak (export "peak") (param $at i32) (param $turns i32)
  (local $s v128) (local $t0 v128) (local $t1 v128)
  ${chains.map((c) => `(local ${c} v128)`).join('\n')}
  (local.set $s (v128.load32_splat (local.get $at)))
  (local.set $t0 (v128.load offset=0 (local.get $at)))
  (local.set $t1 (v128.load offset=16 (local.get $at)))
  ${loadVectors(chains, '$at')}
  ${repeat('$turn', '$turns')`${chains.map((c, at) => multiplyAdd(c, `$t${at % 2}`, tile.fused)).join('\n')}`}
  ${storeVectors(chains.map(get), '$at')})`
}

/** Vectors and bytes of each array in one turn of a stream. */
const STREAM = 4
const STREAM_BYTES = STREAM * VECTOR
const VECTORS_OF = { $a: numbered('$v', STREAM), $b: numbered('$w', STREAM) }

/** A function that computes the array `$c` from those that it reads, over `$turns` turns. */
const stream = (names: string, reads: readonly ('$a' | '$b')[], compute: (a: string, b: string) => string): string => `
(func ${names} (param $a i32) (param $b i32) (param $c i32) (param $turns i32)
  ${times(STREAM, (v) => reads.map((array) => `(local ${VECTORS_OF[array][v]} v128)`).join(' '))}
  ${repeat('$turn', '$turns')`${[
    ...reads.map((array) => loadVectors(VECTORS_OF[array], array)),
    storeVectors(
      VECTORS_OF.$a.map((a, v) => compute(get(a), get(VECTORS_OF.$b[v]))),
      '$c',
    ),
    ...[...reads, '$c'].map((array) => advance(array, constant(STREAM_BYTES))),
  ].join('\n     ')}`})`

/** STREAM's "copy" and "triad" (McCalpin 1995): c = a, and c = a + s·b with s = ½. */
const copyText = stream('$copy_stream (export "copy")', ['$a'], (a) => a)
const triadText = stream(
  '$triad (export "triad")',
  ['$a', '$b'],
  (a, b) => `(f32x4.add ${a}
            (f32x4.mul (v128.const f32x4 0.5 0.5 0.5 0.5) ${b}))`,
)

export const limits = (tile: Tile): string => [peakText(tile), copyText, triadText].join('\n')

/**
 * Measures the limits of this thread one after the other, each for `milliseconds`, from `startAt` on the clock that all
 * threads share: threads with the same `startAt` load the machine together. The peak is the best of its tries, since only
 * other programs can slow it down; a bandwidth is the median of its tries.
 */
export function measureLimits(
  name: WasmKernelName,
  module: WebAssembly.Module,
  startAt: number,
  milliseconds: number,
): Limits {
  const pages = (3 * ARRAY_BYTES) / (PAGE_FLOATS * FLOAT)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  // All pages must be written: those that never were are one and the same page to a reader.
  new Float32Array(memory.buffer).fill(1e-9)
  const { peak, copy, triad } = instantiate(module, memory)
  const chains = peakChains(TILES[name]).length
  const turns = ARRAY_BYTES / STREAM_BYTES

  const attempts: { readonly amount: number; readonly run: () => void; readonly quantile: number }[] = [
    { amount: 2 * LANES * chains * PEAK_TURNS, run: () => peak(chains * VECTOR, PEAK_TURNS), quantile: 1 },
    { amount: 2 * ARRAY_BYTES, run: () => copy(0, ARRAY_BYTES, 2 * ARRAY_BYTES, turns), quantile: 0.5 },
    { amount: 3 * ARRAY_BYTES, run: () => triad(0, ARRAY_BYTES, 2 * ARRAY_BYTES, turns), quantile: 0.5 },
  ]
  const [peakGflops, copyGbps, triadGbps] = attempts.map(({ amount, run, quantile }, index) => {
    const from = startAt + index * milliseconds
    // Warm up until then, so that V8 compiles the loop.
    do run()
    while (performance.now() < from)
    const rates: number[] = []
    while (performance.now() < from + milliseconds * LOADED_SHARE || rates.length === 0) {
      const start = performance.now()
      run()
      rates.push(amount / ((performance.now() - start) * 1e6))
    }
    return rates.sort((a, b) => a - b)[Math.floor((rates.length - 1) * quantile)]
  })
  return { peakGflops, copyGbps, triadGbps }
}

/** Tries end before those of the next limit begin, so that no thread disturbs them. */
const LOADED_SHARE = 0.8
