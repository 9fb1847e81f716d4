import { instantiate } from './kernel.ts'
import { peakVectors } from './limits.ts'
import { SPECIFICATIONS, type WasmKernelName } from './specification.ts'
import { LANES, VECTOR } from './text.ts'

/** The limits of one thread while others do the same: no kernel can be faster. */
export interface Limits {
  /** Multiply-adds from register to register, counted as two operations each. */
  readonly peakGflops: number
  /** c = a, and c = a + s·b, over arrays larger than the caches; bytes read and written, without write-allocate. */
  readonly copyGbps: number
  readonly triadGbps: number
}

/** Three arrays of this size exceed a core's share of most third-level caches. */
const ARRAY_MIB = 16
const PAGES_PER_MIB = 16
/** Bytes of one turn of the streams. */
const STREAM_BYTES = 64
/** Turns of the register loop in one try: tens of microseconds. */
const PEAK_TURNS = 20_000

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
  const pages = 3 * ARRAY_MIB * PAGES_PER_MIB
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  // All pages must be written: those that never were are one and the same page to a reader.
  new Float32Array(memory.buffer).fill(1e-9)
  const { peak, copy, triad } = instantiate(module, memory)
  const bytes = ARRAY_MIB * PAGES_PER_MIB * 65536
  const chains = peakVectors(SPECIFICATIONS[name].tile)
  const flop = 2 * LANES * chains * PEAK_TURNS
  const turns = bytes / STREAM_BYTES

  const attempts: { readonly amount: number; readonly run: () => void; readonly quantile: number }[] = [
    { amount: flop, run: () => peak(chains * VECTOR, PEAK_TURNS), quantile: 1 },
    { amount: 2 * turns * STREAM_BYTES, run: () => copy(0, bytes, 2 * bytes, turns), quantile: 0.5 },
    { amount: 3 * turns * STREAM_BYTES, run: () => triad(0, bytes, 2 * bytes, turns), quantile: 0.5 },
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
