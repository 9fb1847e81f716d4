import { MessageChannel } from 'node:worker_threads'
import { openCounters } from './counters.ts'
import { summarise, type Conditions, type Measurement } from './measurement.ts'
import { METHODS, ONE_WAY_COUNTERS, type Method } from './one-way-rank.ts'
import { openRanks, spinMicroseconds, together } from './ranks.ts'
import type { Pace } from './tries.ts'

const RANKS = 2

/** Methods that move every byte. The others leave the data where it is: they have no bandwidth. */
const MOVING: readonly Method[] = ['clone', 'copy']

/**
 * From the producer's call (publish or post) until the consumer has the data: its wait has ended, and it has read the
 * first and the last element. The consumer is awake and waits. Making the data and checking every element do not count.
 *
 * @param sizes bytes, multiples of 4
 * @throws RankError
 */
export async function* measureOneWay(
  conditions: Conditions,
  sizes: readonly number[],
  pace: Pace,
): AsyncGenerator<Measurement, void> {
  const threads = openRanks(RANKS, conditions)
  try {
    for (const method of METHODS) {
      for (const bytes of sizes) {
        const { port1, port2 } = new MessageChannel()
        const common = {
          kind: 'one-way',
          progress: threads.progress,
          method,
          payload: new Float32Array(new SharedArrayBuffer(bytes)),
          counters: openCounters(ONE_WAY_COUNTERS),
          arrival: new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)),
          spinMicroseconds: spinMicroseconds('spin-then-wait', RANKS, conditions),
          pace,
        } as const
        const parts = await together(threads, `one-way, ${method}, ${bytes} B`, [
          { ...common, rank: 0, port: port1 },
          { ...common, rank: 1, port: port2 },
        ])
        const times = summarise(parts)
        yield {
          kind: 'one-way',
          method,
          threads: RANKS,
          bytes,
          ...times,
          ...(MOVING.includes(method) ? { algbw: bytes / times.medianNs } : {}),
        }
      }
    }
  } finally {
    await threads.close()
  }
}
