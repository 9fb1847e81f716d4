import { getHeapStatistics } from 'node:v8'
import { threadId, type MessagePort } from 'node:worker_threads'
import type { Hyperparameters, Kernel, KernelChoice, KernelFactory } from '../kernels/kernel.ts'
import { measureLimits, type Limits } from '../kernels/wasm/measure-limits.ts'
import type { Plan } from '../plan/plan.ts'
import type { Span } from '../plan/span.ts'
import { bind, type BoundProgram } from './bind.ts'
import { calibrate, type Calibration } from './calibrate.ts'
import { spinsPerMicrosecond } from './counter.ts'
import { INSTRUCTION, LINE_CELLS, PARKED, STEP, type Control } from './control.ts'
import { runRange } from './dispatch.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { interpret, type Steps, type Timings } from './interpret.ts'
import type { Placement } from './memory.ts'
import { pinThread } from './pin.ts'
import type { Range } from './ranges.ts'
import { timeSignals, type SignalTiming } from './signal-times.ts'

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
  /** The core to stay on. */
  readonly cpu: number | undefined
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

/** Time single instructions of your program. */
export type CalibrationOrder = { readonly kind: 'calibrate'; readonly ticket: number } & Calibration &
  Pick<Visit, 'hyper'>

/** Time signals between you and the others. */
export type SignalsOrder = { readonly kind: 'signals'; readonly ticket: number } & SignalTiming

/** Be ready to run ranges of any rank's program: the first task of each thread where a task is a range. */
type Preparation = { readonly kind: 'prepare'; readonly ticket: number } & Visit

/** Run a part of a step, whoever you are. */
export interface RangeOrder {
  readonly kind: 'range'
  readonly range: Range
  readonly step: number
}

export type Task =
  | Enrolment
  | ({ readonly kind: 'visit'; readonly ticket: number } & Visit)
  | Preparation
  | RangeOrder
  | LimitsOrder
  | CalibrationOrder
  | SignalsOrder
/** What a task comes to; nothing where a rank has no part in it. */
export type Answer =
  RankReport | RangeReport | Limits | CalibrationReport | { readonly unpinned: string } | undefined

export interface CalibrationReport {
  readonly calibrated: number
  /** Milliseconds: per instruction asked for, or of the signals, by repetition. */
  readonly times: readonly Float64Array[]
}

export interface RangeReport {
  readonly threadId: number
  /** When the range began, and when each of its instructions ended. */
  readonly marks: Float64Array
}

export interface RankReport extends Timings {
  readonly rank: number
  readonly threadId: number
}

interface Seat extends Enrolment {
  readonly made: Kernel
  readonly mailbox: Mailbox
  readonly spinRate: number
  prepared?: { readonly visit: Visit; readonly bound: readonly BoundProgram[] }
}

const betasOf = ({ beta1, beta2 }: Hyperparameters): [number, number] => [
  Math.fround(beta1),
  Math.fround(beta2),
]

const clock = () => performance.now()

/** Node 23.9 and later tell what a thread has used of the processor. */
function cpuMs(): number | undefined {
  const usage: (() => { user: number; system: number }) | undefined = Reflect.get(process, 'threadCpuUsage')
  if (!usage) return undefined
  const { user, system } = usage.call(process)
  return (user + system) / 1000
}

/** What a Piscina worker exports: a function that keeps its seat from task to task. */
export function createRank(kernelOf: (choice: KernelChoice) => KernelFactory) {
  let seat: Seat | undefined

  return (task: Task): Answer => {
    if (task.kind === 'enrol') {
      // Before the first touch of its memory.
      const unpinned = task.cpu === undefined ? undefined : pinThread(task.cpu)
      // One kernel for all visits: V8 compiles it once, and in a later visit it allocates nothing any more.
      const made = kernelOf(task.kernel)(task.memory, task.region.from)
      seat = { ...task, made, mailbox: createMailbox(task.ports), spinRate: spinsPerMicrosecond() }
      // The first touch decides where a page lies and takes most of the time: before anything is measured.
      new Float32Array(task.memory.buffer).fill(0, task.region.from, task.region.to)
      return unpinned === undefined ? undefined : { unpinned }
    }
    if (!seat) throw new Error('a task came before the enrolment')
    const { rank, control } = seat
    if (task.kind === 'limits') {
      const { name, module } = seat.kernel
      if (rank >= task.threads || name === 'js' || !module) return undefined
      return measureLimits(name, module, task.startAt, task.milliseconds)
    }
    const lineOf = (of: number) => control.lines.subarray(of * LINE_CELLS, (of + 1) * LINE_CELLS)
    if (task.kind === 'range') {
      const { visit, bound } = seat.prepared!
      const { range, step } = task
      const line = lineOf(range.rank)
      line[INSTRUCTION] = range.from
      line[STEP] = step
      const marks = runRange(bound[range.rank], range, visit.steps, step, betasOf(visit.hyper), clock)
      line[STEP] = PARKED
      return { marks, threadId }
    }

    const { memory, made, mailbox, spinRate } = seat
    const { counters } = control
    if (task.kind === 'signals') {
      control.tickets[task.ticket] = rank + 1
      if (rank >= task.plan.programs.length) return undefined
      const line = lineOf(rank)
      const times = timeSignals(task, rank, spinRate, counters, line)
      line[STEP] = PARKED
      return { calibrated: rank, times }
    }
    if (task.kind === 'calibrate') {
      control.tickets[task.ticket] = rank + 1
      if ((task.instructions[rank] ?? []).length === 0) return undefined
      const { plan, placement, hyper } = task
      const bound = bind({ plan, rank, placement, memory, kernel: made, mailbox, hyper, counters, spins: 0 })
      const line = lineOf(rank)
      const floats = new Float32Array(memory.buffer)
      const times = calibrate(task, rank, bound, { floats, counters, line, clock })
      line[STEP] = PARKED
      return { calibrated: rank, times }
    }
    const { plan, placement, hyper } = task
    const spins = Math.round(task.spinMicroseconds * spinRate)
    const bindRank = (of: number) =>
      bind({ plan, rank: of, placement, memory, kernel: made, mailbox, hyper, counters, spins })
    control.tickets[task.ticket] = rank + 1
    if (task.kind === 'prepare') {
      seat.prepared = { visit: task, bound: plan.programs.map((_, of) => bindRank(of)) }
      return undefined
    }
    if (rank >= plan.programs.length) return undefined

    const line = lineOf(rank)
    line[STEP] = PARKED
    const bound = bindRank(rank)
    const timings = interpret(bound, task.steps, betasOf(hyper), line, {
      clock,
      heapUsed: () => getHeapStatistics().used_heap_size,
      cpuMs,
    })
    return { ...timings, rank, threadId }
  }
}
