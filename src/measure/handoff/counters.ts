import { COUNTER_CELLS, createCounters } from '../../runtime/counter.ts'
import type { Pace } from './tries.ts'

/** What every rank of a measurement is told. */
export interface Played {
  readonly rank: number
  /** A counter's cells per rank; see `note`. */
  readonly progress: Int32Array
  readonly pace: Pace
}

/** The counters of a measurement, and behind the last of them a word that ends the measurement. */
export const openCounters = (count: number): Int32Array => createCounters(count + 1)

const overAt = (counters: Int32Array): number => counters.length - COUNTER_CELLS

/** To be followed by a publish that the others await. */
export const end = (counters: Int32Array): void => {
  Atomics.store(counters, overAt(counters), 1)
}

export const isOver = (counters: Int32Array): boolean => Atomics.load(counters, overAt(counters)) !== 0

/** Notes how many tries a rank has finished, for the watchdog. */
export const note = (progress: Int32Array, rank: number, tries: number): void => {
  progress[rank * COUNTER_CELLS] = tries
}
