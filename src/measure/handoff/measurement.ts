import { quantile } from '../statistics.ts'

/** What is measured of handing over; a `reduction` combines what all ranks have, the others pass something on. */
export type Kind = 'round-trip' | 'one-way' | 'barrier' | 'reduction' | 'start-up'

/** One row of the Node engineer's table; times in nanoseconds, of a single handoff. */
export interface Measurement {
  readonly kind: Kind
  readonly method: string
  /** Threads that take part. */
  readonly threads: number
  /** Of the payload; undefined where there is none. */
  readonly bytes?: number
  readonly tries: number
  readonly medianNs: number
  readonly minNs: number
  readonly p95Ns: number
  /** Tries whose payload, or whose order, was not what it should have been. */
  readonly wrong: number
  /** GB/s: bytes / median, where bytes are moved. */
  readonly algbw?: number
  /** GB/s: algbw times what makes collectives of any thread count comparable with the hardware, as nccl-tests has it. */
  readonly busbw?: number
}

/** What all measurements need to know. */
export interface Conditions {
  /** Threads that can run at once: beyond that, whoever spins keeps others from running. */
  readonly cores: number
  /** Ends the measurement, and its threads, wherever they are. */
  readonly signal: AbortSignal
  /** Milliseconds that nothing may happen before a thread counts as stalled; by default it grows with the threads. */
  readonly patience?: number
  /** The module that the ranks run; tests put one with faults here. */
  readonly worker?: URL
}

/** What a rank brings home: the times of its tries in nanoseconds, if it was the one to take them, and what was wrong. */
export interface Part {
  readonly samples: readonly number[]
  readonly wrong: number
}

/** What the parts of all ranks come to. */
export function summarise(parts: readonly Part[]) {
  const samples = parts.flatMap((part) => part.samples)
  return {
    tries: samples.length,
    medianNs: quantile(samples, 0.5),
    minNs: quantile(samples, 0),
    p95Ns: quantile(samples, 0.95),
    wrong: parts.reduce((sum, part) => sum + part.wrong, 0),
  }
}
