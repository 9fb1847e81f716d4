import type { Signal } from '../../plan/plan.ts'
import { COUNTER_CELLS, spinsPerMicrosecond } from '../../runtime/counter.ts'
import { repeatSignals } from '../../runtime/signals.ts'
import { end, isOver, note, type Counters } from './counters.ts'
import type { Part } from './measurement.ts'
import { createTries, type Pace } from './tries.ts'

/** A rank passes the barrier again and again; rank 0 takes the times. */
export interface BarrierTask {
  readonly kind: 'barrier'
  readonly rank: number
  readonly ranks: number
  readonly progress: Int32Array
  readonly counters: Counters
  /** What this rank publishes and awaits in a barrier. */
  readonly rounds: readonly Signal[]
  /** How often each counter is published in one barrier. */
  readonly perStep: readonly number[]
  /** A counter's cells per rank: the number of the try that it has begun. */
  readonly arrived: Int32Array
  /** Two per rank: when its barriers of a try began and ended. */
  readonly marks: Float64Array
  readonly spinMicroseconds: number
  /** Barriers of one try. */
  readonly passes: number
  readonly pace: Pace
}

export function passBarriers(task: BarrierTask): Part {
  const { rank, ranks, counters, perStep, arrived, marks, passes, progress } = task
  const spins = Math.round(task.spinMicroseconds * spinsPerMicrosecond())
  const pass = repeatSignals(task.rounds, { counters: counters.cells, perStep, spins })

  const tries = createTries(task.pace)
  let wrong = 0
  for (let attempt = 1; ; attempt++) {
    note(arrived, rank, attempt)
    if (rank === 0 && !tries.goOn()) end(counters)
    pass()
    if (isOver(counters)) return { samples: tries.samples, wrong }
    // All ranks have begun this try, and none can be a try ahead: that takes barriers which this rank has not passed.
    for (let other = 0; other < ranks; other++) {
      if (arrived[other * COUNTER_CELLS] !== attempt) {
        wrong++
        break
      }
    }
    marks[2 * rank] = performance.now()
    for (let i = 0; i < passes; i++) pass()
    marks[2 * rank + 1] = performance.now()
    // Behind this barrier all marks are written; they stay until rank 0 begins the next try.
    pass()
    if (rank === 0) tries.record((timeOf(marks) * 1e6) / passes)
    note(progress, rank, attempt)
  }
}

/** From the last rank's arrival to the last rank's leaving, like a step. */
function timeOf(marks: Float64Array): number {
  let begun = -Infinity
  let ended = -Infinity
  for (let i = 0; i < marks.length; i += 2) {
    begun = Math.max(begun, marks[i])
    ended = Math.max(ended, marks[i + 1])
  }
  return ended - begun
}
