import { spinsPerMicrosecond } from '../../runtime/counter.ts'
import { end, isOver, raise, reach, valueOf, type Counters } from './counters.ts'
import type { Part } from './measurement.ts'
import { PROGRESS_CELLS } from './progress.ts'
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
  while (tries.goOn()) {
    const start = performance.now()
    for (let trip = 0; trip < trips; trip++) {
      raise(counters, ASKED)
      reach(counters, ANSWERED, ++asked, spins)
    }
    tries.record(((performance.now() - start) * 1e6) / trips)
    // Nothing is handed over but the counters themselves: each publish has been answered, and once.
    if (valueOf(counters, ASKED) !== asked || valueOf(counters, ANSWERED) !== asked) wrong++
    progress[0]++
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
    progress[rank * PROGRESS_CELLS] = asked
  }
}
