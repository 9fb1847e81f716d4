import { getHeapStatistics } from 'node:v8'
import { threadId, type MessagePort } from 'node:worker_threads'
import type { Hyperparameters, Kernel, KernelChoice, KernelFactory } from '../kernels/kernel.ts'
import { measureLimits, type Limits } from '../kernels/wasm/measure-limits.ts'
import type { Plan } from '../plan/plan.ts'
import type { Span } from '../plan/span.ts'
import { bind } from './bind.ts'
import { spinsPerMicrosecond } from './counter.ts'
import { LINE_CELLS, PARKED, STEP, type Control } from './control.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { interpret, type Steps, type Timings } from './interpret.ts'
import type { Placement } from './memory.ts'

/** The first task of each thread: it becomes a rank, and stays it. */
export interface Enrolment {
  readonly kind: 'enrol'
  readonly rank: number
  readonly memory: WebAssembly.Memory
  readonly control: Control
  readonly kernel: KernelChoice
  /** Floats; the rank's part of the memory, its kernel's scratch first. */
  readonly region: Span
  /** One to each other rank, where ranks hand over in messages. */
  readonly ports: ReadonlyMap<number, MessagePort>
}

/** The same task for every rank: run the program that the plan has for you. */
export interface Visit {
  readonly plan: Plan
  readonly placement: Placement
  readonly steps: Steps
  readonly hyper: Hyperparameters
  /** How long a wait looks at its counter before it sleeps. */
  readonly spinMicroseconds: number
}

/** Measure what your core can do from a moment on, together with the ranks below `threads`. */
export interface LimitsOrder {
  readonly kind: 'limits'
  readonly threads: number
  /** On the clock of `performance.now`. */
  readonly startAt: number
  readonly milliseconds: number
}

export type Task = Enrolment | ({ readonly kind: 'visit'; readonly ticket: number } & Visit) | LimitsOrder
/** What a task comes to; nothing where a rank has no part in it. */
export type Answer = RankReport | Limits | undefined

export interface RankReport extends Timings {
  readonly rank: number
  readonly threadId: number
}

interface Seat extends Enrolment {
  readonly made: Kernel
  readonly mailbox: Mailbox
  readonly spinRate: number
}

/** What a Piscina worker exports: a function that keeps its seat from task to task. */
export function createRank(kernelOf: (choice: KernelChoice) => KernelFactory) {
  let seat: Seat | undefined

  return (task: Task): Answer => {
    if (task.kind === 'enrol') {
      // One kernel for all visits: V8 compiles it once, and in a later visit it allocates nothing any more.
      const made = kernelOf(task.kernel)(task.memory, task.region.from)
      seat = { ...task, made, mailbox: createMailbox(task.ports), spinRate: spinsPerMicrosecond() }
      // The first touch decides where a page lies and takes most of the time: before anything is measured.
      new Float32Array(task.memory.buffer).fill(0, task.region.from, task.region.to)
      return undefined
    }
    if (!seat) throw new Error('a task came before the enrolment')
    const { rank, control } = seat
    if (task.kind === 'limits') {
      const { name, module } = seat.kernel
      if (rank >= task.threads || name === 'js' || !module) return undefined
      return measureLimits(name, module, task.startAt, task.milliseconds)
    }
    control.tickets[task.ticket] = rank + 1
    const { plan, placement, hyper } = task
    if (rank >= plan.programs.length) return undefined

    const line = control.lines.subarray(rank * LINE_CELLS, (rank + 1) * LINE_CELLS)
    line[STEP] = PARKED
    const spins = Math.round(task.spinMicroseconds * seat.spinRate)
    const { memory, made, mailbox } = seat
    const { counters } = control
    const bound = bind({ plan, rank, placement, memory, kernel: made, mailbox, hyper, counters, spins })
    const timings = interpret(
      bound,
      task.steps,
      [Math.fround(hyper.beta1), Math.fround(hyper.beta2)],
      line,
      () => performance.now(),
      () => getHeapStatistics().used_heap_size,
    )
    return { ...timings, rank, threadId }
  }
}
