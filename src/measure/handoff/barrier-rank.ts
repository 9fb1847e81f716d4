import type { Signal } from '../../plan/plan.ts'
import { COUNTER_CELLS } from '../../runtime/counter.ts'
import { repeatSignals } from '../../runtime/signals.ts'
import { end, isOver, note, type Played } from './counters.ts'
import { createTries, type Part } from './tries.ts'

/** A rank passes the barrier again and again; rank 0 takes the times. */
export interface BarrierJob {
  readonly kind: 'barrier'
  readonly counters: Int32Array
  /** What this rank publishes and awaits in a barrier. */
  readonly rounds: readonly Signal[]
  /** How often each counter is published in one barrier. */
  readonly perStep: readonly number[]
  /** A counter's cells per rank: the number of the try that it has begun. */
  readonly arrived: Int32Array
  /** Two per rank: when its barriers of a try began and ended. */
  readonly marks: Float64Array
  readonly spins: number
  /** Barriers of one try. */
  readonly passes: number
}

export function passBarriers(job: BarrierJob & Played): Part {
  const { rank, counters, arrived, marks, passes, progress } = job
  const pass = repeatSignals(job.rounds, job)
  const tries = createTries(job.pace)
  for (let attempt = 1; ; attempt++) {
    note(arrived, rank, attempt)
    if (rank === 0 && !tries.goOn()) end(counters)
    pass()
    if (isOver(counters)) return tries.part
    // All ranks have begun this try, and none can be a try ahead: that takes barriers which this rank has not passed.
    let holds = true
    for (let cell = 0; cell < arrived.length; cell += COUNTER_CELLS) holds &&= arrived[cell] === attempt
    if (!holds) tries.part.wrong++
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
  const last = (offset: number) => Math.max(...marks.filter((_, i) => i % 2 === offset))
  return last(1) - last(0)
}
