/**
 * The one synchronisation primitive: a number in shared memory that one rank publishes and others await. All accesses
 * are sequentially consistent, so a rank that has awaited a publish sees everything that was written before it.
 */

/** Int32 cells from one counter to the next: 128 bytes, since processors fetch cache lines in pairs. */
export const COUNTER_CELLS = 32

/** Beside the value: how many ranks sleep. Only if some do is a notify, a system call, needed. */
const SLEEPERS = 1

/** @returns `count` counters at zero in shared memory; counter c lies at cell c·COUNTER_CELLS */
export const createCounters = (count: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(count * COUNTER_CELLS * Int32Array.BYTES_PER_ELEMENT))

/** Tells the processor that this is a spin loop, where V8 offers that. */
const pause: () => void = Reflect.get(Atomics, 'pause') ?? (() => {})

/** Raises the counter at cell `at` by one and wakes the ranks that sleep on it. */
export function publish(cells: Int32Array, at: number): void {
  Atomics.add(cells, at, 1)
  if (Atomics.load(cells, at + SLEEPERS) > 0) Atomics.notify(cells, at)
}

/** Publishes the counter at cell `at`, then works until it has reached `target`, to load the machine until others are done. */
export function publishAndWork(cells: Int32Array, at: number, target: number, work: () => void): void {
  publish(cells, at)
  while (Atomics.load(cells, at) < target) work()
}

/** Looks at the counter at cell `at` up to `spins` times; true as soon as it has reached `target`. */
function spin(cells: Int32Array, at: number, target: number, spins: number): boolean {
  for (let i = 0; i < spins; i++) {
    if (((Atomics.load(cells, at) - target) | 0) >= 0) return true
    pause()
  }
  return false
}

/**
 * Returns when the counter at cell `at` has reached `target`: spins `spins` times, then sleeps. Differences instead of
 * comparisons let the counter wrap around. There is no timeout: the pool's watchdog ends ranks that stall.
 */
export function awaitCounter(cells: Int32Array, at: number, target: number, spins: number): void {
  if (spin(cells, at, target, spins)) return
  // The publisher raises the value, then looks for sleepers. This rank counts itself as a sleeper, then looks at the
  // value, and `wait` looks again. So one of the two sees the other.
  Atomics.add(cells, at + SLEEPERS, 1)
  for (;;) {
    const value = Atomics.load(cells, at)
    if (((value - target) | 0) >= 0) break
    Atomics.wait(cells, at, value)
  }
  Atomics.sub(cells, at + SLEEPERS, 1)
}

/** One of two ranks that signal each other: each publishes the counter of its own number and awaits the other's. */
export interface Peer {
  readonly rank: number
  readonly counters: Int32Array
  readonly spins: number
}

export const publishOwn = ({ counters, rank }: Peer): void => publish(counters, rank * COUNTER_CELLS)

export const awaitOther = ({ counters, rank, spins }: Peer, count: number): void =>
  awaitCounter(counters, (1 - rank) * COUNTER_CELLS, count, spins)

const TRIED_SPINS = 20_000
const TRIES = 5

/** How often a wait on this thread looks at its counter in a microsecond. A look takes 1 to 50 ns, by machine. */
export function spinsPerMicrosecond(): number {
  const cells = createCounters(1)
  let best = Infinity
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const start = performance.now()
    spin(cells, 0, 1, TRIED_SPINS)
    best = Math.min(best, performance.now() - start)
  }
  return TRIED_SPINS / (best * 1000)
}

/** The same for some time. */
export const spinsIn = (microseconds: number): number => Math.round(microseconds * spinsPerMicrosecond())
