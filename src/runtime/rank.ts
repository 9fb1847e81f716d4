import { getHeapStatistics } from 'node:v8'
import { threadId } from 'node:worker_threads'
import type { Hyperparameters, KernelFactory } from '../kernels/kernel.ts'
import type { Plan } from '../plan/plan.ts'
import type { Span } from '../plan/span.ts'
import { bind } from './bind.ts'
import { LINE_CELLS, PARKED, STEP, type Control } from './control.ts'
import { interpret, type Steps, type Timings } from './interpret.ts'
import type { Placement } from './memory.ts'

/** The first task of each thread: it becomes a rank, and stays it. */
export interface Enrolment {
  readonly kind: 'enrol'
  readonly rank: number
  readonly memory: WebAssembly.Memory
  readonly control: Control
  readonly kernel: string
  /** Floats; the rank's part of the memory. */
  readonly region: Span
}

/** The same task for every rank: run the program that the plan has for you. */
export interface Visit {
  readonly plan: Plan
  readonly placement: Placement
  readonly steps: Steps
  readonly hyper: Hyperparameters
  readonly spins: number
}

export type Task = Enrolment | ({ readonly kind: 'visit'; readonly ticket: number } & Visit)

export interface RankReport extends Timings {
  readonly rank: number
  readonly threadId: number
  /** By how many bytes the rank's JavaScript heap grew over all steps. */
  readonly heapGrowth: number
}

/** What a Piscina worker exports: a function that keeps its seat from task to task. */
export function createRank(kernels: Readonly<Record<string, KernelFactory>>) {
  let seat: Enrolment | undefined

  return (task: Task): RankReport | undefined => {
    if (task.kind === 'enrol') {
      seat = task
      // The first touch decides where a page lies and takes most of the time: before anything is measured.
      new Float32Array(task.memory.buffer).fill(0, task.region.from, task.region.to)
      return undefined
    }
    if (!seat) throw new Error('a visit came before the enrolment')
    const { rank, control, memory } = seat
    control.tickets[task.ticket] = rank + 1
    const { plan, placement, hyper, spins } = task
    if (rank >= plan.programs.length) return undefined

    const line = control.lines.subarray(rank * LINE_CELLS, (rank + 1) * LINE_CELLS)
    line[STEP] = PARKED
    const kernel = kernels[seat.kernel](memory)
    const bound = bind({ plan, rank, placement, kernel, hyper, counters: control.counters, spins })
    const heap = getHeapStatistics().used_heap_size
    const timings = interpret(
      bound,
      task.steps,
      [Math.fround(hyper.beta1), Math.fround(hyper.beta2)],
      line,
      () => performance.now(),
    )
    return { ...timings, rank, threadId, heapGrowth: getHeapStatistics().used_heap_size - heap }
  }
}
