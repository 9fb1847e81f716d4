import type { MessagePort } from 'node:worker_threads'
import type { Hyperparameters, KernelChoice } from '../kernels/kernel.ts'
import type { Limits } from '../kernels/wasm/measure-limits.ts'
import type { Plan } from '../plan/plan.ts'
import type { Span } from '../plan/span.ts'
import type { CalibrationOrder } from './calibrate.ts'
import type { Control } from './control.ts'
import type { Steps, Timings } from './interpret.ts'
import type { Placement } from './memory.ts'
import type { Range } from './ranges.ts'
import type { SignalOrder } from './signal-times.ts'

/** What the main thread asks of the ranks, by kind. */
export interface Orders {
  /** The first order of each thread makes it a rank for the rest of the run. */
  readonly enrol: EnrolOrder
  /** Run your program of the plan. */
  readonly steps: StepsOrder
  /** Prepare to run ranges of any rank's program. */
  readonly prepare: StepsOrder
  /** Run a part of some rank's program. */
  readonly range: { readonly range: Range; readonly step: number }
  readonly limits: LimitsOrder
  readonly calibrate: CalibrationOrder
  readonly signals: SignalOrder
}

/** What ranks answer, by kind of the order; undefined from a rank that takes no part. */
export interface Answers {
  /** Why the rank is not bound to its core. */
  readonly enrol: string | undefined
  readonly steps: RankReport | undefined
  readonly prepare: undefined
  readonly range: RangeReport
  readonly limits: Limits | undefined
  readonly calibrate: RankTimes | undefined
  readonly signals: RankTimes | undefined
}

export type Kind = keyof Orders

/** An order as it is sent. */
export type Order<K extends Kind = Kind> = {
  [P in K]: Orders[P] & { readonly kind: P } & (P extends ForAll ? { readonly ticket: number } : unknown)
}[K]

/** Orders that go to all threads at once. Each takes one, and writes its number, the ticket, into the rank's line. */
export type ForAll = Exclude<Kind, 'enrol' | 'range'>

export interface EnrolOrder {
  readonly rank: number
  readonly memory: WebAssembly.Memory
  readonly control: Control
  readonly kernel: KernelChoice
  /** Floats; the rank's part of the memory, its kernel's scratch first. */
  readonly region: Span
  /** One to each other rank, if some plan hands off by message. */
  readonly ports: ReadonlyMap<number, MessagePort>
  /** The core to stay on. */
  readonly cpu: number | undefined
}

/** The same for every rank. */
export interface StepsOrder {
  readonly plan: Plan
  readonly placement: Placement
  readonly steps: Steps
  readonly hyper: Hyperparameters
  /** How long a wait looks at its counter before it sleeps. */
  readonly spinMicroseconds: number
}

/** Measure what a core can do while all ranks below `ranks` do the same. */
export interface LimitsOrder {
  readonly ranks: number
  /** On the clock of `performance.now`. */
  readonly startAt: number
  readonly milliseconds: number
}

export interface RankReport extends Timings {
  readonly rank: number
  readonly threadId: number
}

export interface RangeReport {
  readonly threadId: number
  /** When the range began, and when each of its instructions ended. */
  readonly marks: Float64Array
}

export interface RankTimes {
  readonly rank: number
  /** Milliseconds of each repetition, per instruction that was asked for, or of the signals. */
  readonly times: readonly Float64Array[]
}
