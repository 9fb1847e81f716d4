import { awaitCounter, COUNTER_CELLS, createCounters, publish } from '../../runtime/counter.ts'

/** The counters of a measurement, and behind the last of them a word that ends the measurement. */
export interface Counters {
  readonly cells: Int32Array
  readonly count: number
}

export const openCounters = (count: number): Counters => ({ cells: createCounters(count + 1), count })

export const raise = ({ cells }: Counters, counter: number): void => publish(cells, counter * COUNTER_CELLS)

export const reach = ({ cells }: Counters, counter: number, target: number, spins: number): void =>
  awaitCounter(cells, counter * COUNTER_CELLS, target, spins)

/** The value of a counter now. */
export const valueOf = ({ cells }: Counters, counter: number): number => Atomics.load(cells, counter * COUNTER_CELLS)

/** To be followed by a publish that the others await. */
export const end = ({ cells, count }: Counters): void => {
  Atomics.store(cells, count * COUNTER_CELLS, 1)
}

export const isOver = (counters: Counters): boolean => valueOf(counters, counters.count) !== 0

/** Notes how many tries a rank has finished, for the watchdog; `progress` has a counter's cells per rank. */
export const note = (progress: Int32Array, rank: number, tries: number): void => {
  progress[rank * COUNTER_CELLS] = tries
}
