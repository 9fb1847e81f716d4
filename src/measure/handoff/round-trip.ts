import { MessageChannel } from 'node:worker_threads'
import { WAITS } from '../../cells/cell.ts'
import { openCounters } from './counters.ts'
import { summarise, type Conditions, type Measurement } from './measurement.ts'
import { openRanks, repetitions, spinMicroseconds, together } from './ranks.ts'
import { ROUND_TRIP_COUNTERS } from './round-trip-rank.ts'
import type { Pace } from './tries.ts'

const RANKS = [0, 1]

/**
 * There and back between two threads: through counters, for each way to wait, and by `postMessage`, where both threads
 * take messages as events.
 *
 * @throws RankError
 */
export async function* measureRoundTrips(conditions: Conditions, pace: Pace): AsyncGenerator<Measurement, void> {
  const threads = openRanks(RANKS.length, conditions)
  const { progress } = threads
  const fixed = { kind: 'round-trip', threads: RANKS.length } as const
  try {
    for (const wait of WAITS) {
      const counters = openCounters(ROUND_TRIP_COUNTERS)
      const parts = await together(
        threads,
        `round trip, ${wait}`,
        RANKS.map((rank) => ({
          kind: 'round-trip',
          rank,
          progress,
          counters,
          spinMicroseconds: spinMicroseconds(wait, RANKS.length, conditions),
          trips: repetitions(wait, RANKS.length, conditions),
          pace,
        })),
      )
      yield { ...fixed, method: wait, ...summarise(parts) }
    }
    const { port1, port2 } = new MessageChannel()
    const parts = await together(threads, 'round trip, MessagePort', [
      { kind: 'messages', rank: 0, progress, port: port1, pace },
      { kind: 'messages', rank: 1, progress, port: port2, pace },
    ])
    yield { ...fixed, method: 'MessagePort', ...summarise(parts) }
  } finally {
    await threads.close()
  }
}
