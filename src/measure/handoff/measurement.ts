import { quantile } from '../statistics.ts'
import type { Part } from './tries.ts'

/** What is measured. A `reduction` combines what all ranks have; the others hand something off. */
export type Kind = 'round-trip' | 'one-way' | 'barrier' | 'reduction' | 'start-up'

/** One row of the table; times in nanoseconds, of a single handoff. */
export interface Measurement {
  readonly kind: Kind
  readonly method: string
  readonly threads: number
  /** Of the payload; undefined where there is none. */
  readonly bytes?: number
  readonly tries: number
  readonly medianNs: number
  readonly minNs: number
  readonly p95Ns: number
  /** Tries with a wrong payload or order. */
  readonly wrong: number
  /** GB/s: bytes / median, where bytes are moved. */
  readonly algbw?: number | undefined
  /** GB/s: algbw · 2(n − 1)/n, which nccl-tests compares with the hardware at any thread count n. */
  readonly busbw?: number
}

/** What all measurements have in common. */
export interface Conditions {
  /** Threads that can run at once. With more of them, a thread that spins keeps others from running. */
  readonly cores: number
  /** Ends the measurement and its threads. */
  readonly signal: AbortSignal
  /** Milliseconds without movement after which threads count as stalled; by default `patienceOf` them. */
  readonly patience?: number
  /** The module that the ranks run; tests put one with faults here. */
  readonly worker?: URL
}

/**
 * The statistics of all ranks' parts.
 *
 * @param moved bytes that are moved in a try
 */
export function summarise(parts: readonly Part[], moved?: number) {
  const samples = parts.flatMap((part) => part.samples)
  const medianNs = quantile(samples, 0.5)
  return {
    tries: samples.length,
    medianNs,
    minNs: quantile(samples, 0),
    p95Ns: quantile(samples, 0.95),
    wrong: parts.reduce((sum, part) => sum + part.wrong, 0),
    algbw: moved && moved / medianNs,
  }
}
