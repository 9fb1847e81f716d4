import { awaitCounter, COUNTER_CELLS, publish } from '../../runtime/counter.ts'

/** Counters in shared memory of their own, and whether the measurement is over, which is told by the next publish. */
export interface Counters {
  readonly cells: Int32Array
  readonly count: number
}

/** @returns `count` counters at zero */
export function createCounters(count: number): Counters {
  const bytes = (count + 1) * COUNTER_CELLS * Int32Array.BYTES_PER_ELEMENT
  return { cells: new Int32Array(new SharedArrayBuffer(bytes)), count }
}

/** The last of the lines holds no counter but the word that ends it all. */
const lastLine = ({ count }: Counters): number => count * COUNTER_CELLS

export const raise = ({ cells }: Counters, counter: number): void => publish(cells, counter * COUNTER_CELLS)

export const reach = ({ cells }: Counters, counter: number, target: number, spins: number): void =>
  awaitCounter(cells, counter * COUNTER_CELLS, target, spins)

/** The value of a counter now. */
export const valueOf = ({ cells }: Counters, counter: number): number =>
  Atomics.load(cells, counter * COUNTER_CELLS)

/** To be followed by a publish that the others await. */
export const end = (counters: Counters): void => {
  Atomics.store(counters.cells, lastLine(counters), 1)
}

export const isOver = (counters: Counters): boolean => Atomics.load(counters.cells, lastLine(counters)) !== 0
