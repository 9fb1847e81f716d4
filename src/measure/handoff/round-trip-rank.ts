import { spinsPerMicrosecond } from '../../runtime/counter.ts'
import { end, isOver, note, raise, reach, valueOf, type Counters } from './counters.ts'
import type { Part } from './measurement.ts'
import { createTries, type Pace } from './tries.ts'

/** Two ranks answer each other through counters; rank 0 takes the times. */
export interface RoundTripTask {
  readonly kind: 'round-trip'
  readonly rank: number
  readonly progress: Int32Array
  /** ASKED and ANSWERED. */
  readonly counters: Counters
  readonly spinMicroseconds: number
  /** Round trips of one try. */
  readonly trips: number
  readonly pace: Pace
}

const ASKED = 0
const ANSWERED = 1
export const ROUND_TRIP_COUNTERS = 2

export function roundTrips(task: RoundTripTask): Part {
  const spins = Math.round(task.spinMicroseconds * spinsPerMicrosecond())
  return task.rank === 0 ? ask(task, spins) : answer(task, spins)
}

function ask({ counters, progress, trips, pace }: RoundTripTask, spins: number): Part {
  const tries = createTries(pace)
  let wrong = 0
  let asked = 0
  for (let attempt = 1; tries.goOn(); attempt++) {
    const start = performance.now()
    for (let trip = 0; trip < trips; trip++) {
      raise(counters, ASKED)
      reach(counters, ANSWERED, ++asked, spins)
    }
    tries.record(((performance.now() - start) * 1e6) / trips)
    // There is no payload but the counters themselves: each publish has been answered once.
    if (valueOf(counters, ASKED) !== asked || valueOf(counters, ANSWERED) !== asked) wrong++
    note(progress, 0, attempt)
  }
  end(counters)
  raise(counters, ASKED)
  return { samples: tries.samples, wrong }
}

function answer({ counters, progress, rank }: RoundTripTask, spins: number): Part {
  for (let asked = 1; ; asked++) {
    reach(counters, ASKED, asked, spins)
    if (isOver(counters)) return { samples: [], wrong: 0 }
    raise(counters, ANSWERED)
    note(progress, rank, asked)
  }
}
