import { PAGE_FLOATS } from '../kernel.ts'
import { instantiate } from './kernel.ts'
import { multiplyAdd } from './micro-kernel.ts'
import { TILES, VECTORS, type Tile, type WasmKernelName } from './specification.ts'
import { advance, constant, FLOAT, get, numbered, repeat, times } from './text.ts'
import { LANES, loadVectors, storeVectors, VECTOR } from './vector.ts'

/**
 * GFLOP/s of one thread by window of the clock that all threads share, which tells what several did at the same time:
 * multiply-adds from register to register, counted as two operations each. No kernel can be faster.
 */
export type PeakWindows = ReadonlyMap<number, number>

/** Bandwidths of one thread: c = a, and c = a + s·b, over arrays larger than the caches; without write-allocate. */
export interface Bandwidths {
  readonly copyGbps: number
  readonly triadGbps: number
}

/** Announces this thread and repeats `work` until all threads have met, so that they load the machine together. */
export type Meet = (work: () => void) => void

/** Three arrays of this size exceed a core's share of most third-level caches. */
const ARRAY_BYTES = 16 * 2 ** 20
/** Turns of the register loop in one slice: some ten microseconds. */
const PEAK_TURNS = 10_000
/** Short, so that some windows are not disturbed, and many slices long, so that looking at the clock costs little. */
const WINDOW_MS = 0.5
const PEAK_MS = 60
/** How long each bandwidth is measured. */
const BANDWIDTH_MS = 80

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

/** Measures the peak of this thread in windows of half a millisecond, for some tens of milliseconds. */
export function measurePeak(name: WasmKernelName, module: WebAssembly.Module, meet: Meet): PeakWindows {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const { peak } = instantiate(module, memory)
  const chains = peakChains(TILES[name]).length
  const slice = () => peak(chains * VECTOR, PEAK_TURNS)
  // The first call compiles it.
  slice()
  meet(slice)
  const marks = [performance.now()]
  for (let now = marks[0]; now < marks[0] + PEAK_MS; marks.push(now)) {
    slice()
    now = performance.now()
  }
  return ratesByWindow(marks, 2 * LANES * chains * PEAK_TURNS, WINDOW_MS)
}

/**
 * Work per time in each window of a clock, in units per nanosecond. The work of a slice counts as spread evenly over its
 * time, so that a window in which the thread did not run has a low rate.
 *
 * @param marks milliseconds between which a slice of `amount` each was done
 * @returns rates by number of the window, `milliseconds` each; window 0 begins at 0
 */
export function ratesByWindow(marks: readonly number[], amount: number, milliseconds: number): Map<number, number> {
  const rates = new Map<number, number>()
  marks.slice(1).forEach((end, at) => {
    const begun = marks[at]
    for (let window = Math.floor(begun / milliseconds); window * milliseconds < end; window++) {
      const inside = Math.min(end, (window + 1) * milliseconds) - Math.max(begun, window * milliseconds)
      const work = (amount * inside) / (end - begun)
      rates.set(window, (rates.get(window) ?? 0) + work / (milliseconds * 1e6))
    }
  })
  return rates
}

/** Measures the bandwidths of this thread one after the other, each the median of its tries. */
export function measureBandwidths(module: WebAssembly.Module, meet: Meet): Bandwidths {
  const pages = (3 * ARRAY_BYTES) / (PAGE_FLOATS * FLOAT)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  // All pages must be written: those that never were are one and the same page to a reader.
  new Float32Array(memory.buffer).fill(1e-9)
  const { copy, triad } = instantiate(module, memory)
  const median = (amount: number, move: typeof copy): number => {
    const pass = () => move(0, ARRAY_BYTES, 2 * ARRAY_BYTES, ARRAY_BYTES / STREAM_BYTES)
    pass()
    meet(pass)
    const rates: number[] = []
    for (const until = performance.now() + BANDWIDTH_MS; performance.now() < until;) {
      const start = performance.now()
      pass()
      rates.push(amount / ((performance.now() - start) * 1e6))
    }
    return rates.sort((a, b) => a - b)[Math.floor((rates.length - 1) / 2)]
  }
  return { copyGbps: median(2 * ARRAY_BYTES, copy), triadGbps: median(3 * ARRAY_BYTES, triad) }
}
