import type { Signal } from '../../plan/plan.ts'
import { spinsPerMicrosecond } from '../../runtime/counter.ts'
import { end, isOver, raise, reach, type Counters } from './counters.ts'
import type { Part } from './measurement.ts'
import { PROGRESS_CELLS } from './progress.ts'
import { createTries, type Pace } from './tries.ts'

/** A rank passes the barrier again and again; rank 0 takes the times. */
export interface BarrierTask {
  readonly kind: 'barrier'
  readonly rank: number
  readonly ranks: number
  readonly progress: Int32Array
  readonly counters: Counters
  /** What this rank publishes and awaits, as the plan has it. */
  readonly rounds: readonly Signal[]
  /** One cell of PROGRESS_CELLS per rank: the number of the try that it has come to. */
  readonly arrived: Int32Array
  /** Two per rank: when its barriers of a try began and ended, on the clock that all threads share. */
  readonly marks: Float64Array
  readonly spinMicroseconds: number
  /** Barriers of one try. */
  readonly passes: number
  readonly pace: Pace
}

export function passBarriers(task: BarrierTask): Part {
  const { rank, ranks, counters, rounds, arrived, marks, passes, progress } = task
  const spins = Math.round(task.spinMicroseconds * spinsPerMicrosecond())
  const publishes = rounds.filter(({ kind }) => kind === 'publish').length
  let passed = 0
  const pass = () => {
    for (const signal of rounds) {
      if (signal.kind === 'publish') raise(counters, signal.counter)
      else reach(counters, signal.counter, passed * publishes + signal.atLeast, spins)
    }
    passed++
  }

  const tries = createTries(task.pace)
  let wrong = 0
  for (let attempt = 1; ; attempt++) {
    arrived[rank * PROGRESS_CELLS] = attempt
    if (rank === 0 && !tries.goOn()) end(counters)
    pass()
    if (isOver(counters)) return { samples: tries.samples, wrong }
    // Everybody has come here, and nobody can be a try ahead: it takes everybody to pass the barriers between.
    for (let other = 0; other < ranks; other++) {
      if (arrived[other * PROGRESS_CELLS] !== attempt) {
        wrong++
        break
      }
    }
    marks[2 * rank] = performance.now()
    for (let i = 0; i < passes; i++) pass()
    marks[2 * rank + 1] = performance.now()
    // All marks are there, and stay until rank 0 has come to the next try.
    pass()
    if (rank === 0) tries.record((timeOf(marks) * 1e6) / passes)
    progress[rank * PROGRESS_CELLS] = attempt
  }
}

/** From when the last has come until the last has gone, like a step. */
function timeOf(marks: Float64Array): number {
  let begun = -Infinity
  let ended = -Infinity
  for (let i = 0; i < marks.length; i += 2) {
    begun = Math.max(begun, marks[i])
    ended = Math.max(ended, marks[i + 1])
  }
  return ended - begun
}
