import type { MessagePort } from 'node:worker_threads'
import type { Hyperparameters, KernelChoice } from '../kernels/kernel.ts'
import type { Limits } from '../kernels/wasm/measure-limits.ts'
import type { Span } from '../plan/span.ts'
import type { CalibrationOrder } from './calibrate.ts'
import type { Control } from './control.ts'
import type { Steps, Timings } from './interpret.ts'
import type { PackedPart, Placed } from './part.ts'
import type { Range } from './ranges.ts'
import type { SignalOrder } from './signal-times.ts'

/** Run steps of the plan. */
export interface StepsOrder extends Placed {
  readonly steps: Steps
  readonly hyper: Hyperparameters
  /** How long a wait looks at its counter before it sleeps. */
  readonly spinMicroseconds: number
}

/** An order as the ranks get it, with their parts of the plan. */
export type Sent<Whole extends Placed> = Omit<Whole, keyof Placed> & { readonly parts: readonly PackedPart[] }

/** By kind, what the main thread asks of the ranks, and what they answer: undefined if they take no part. */
export interface Orders {
  /** The first order of each thread makes it a rank for the rest of the run. Answers why it is not bound to its core. */
  readonly enrol: readonly [EnrolOrder, string | undefined]
  readonly steps: readonly [Sent<StepsOrder>, RankReport | undefined]
  /** Prepare to run ranges of any rank's program. */
  readonly prepare: readonly [Sent<StepsOrder>, undefined]
  readonly range: readonly [{ readonly range: Range; readonly step: number }, RangeReport]
  readonly limits: readonly [LimitsOrder, Limits | undefined]
  readonly calibrate: readonly [Sent<CalibrationOrder>, RankTimes | undefined]
  readonly signals: readonly [Sent<SignalOrder>, RankTimes | undefined]
}

export type Kind = keyof Orders
/** Orders that go to all threads at once. Each takes one, and writes its number, the ticket, into the rank's line. */
export type ForAll = Exclude<Kind, 'enrol' | 'range'>

/** An order as it is sent. */
export type Order<K extends Kind = Kind> = {
  [P in K]: Orders[P][0] & { readonly kind: P; readonly ticket?: number }
}[K]
export type Answer<K extends Kind = Kind> = Orders[K][1]

export interface EnrolOrder {
  readonly rank: number
  readonly memory: WebAssembly.Memory
  readonly control: Control
  readonly choice: KernelChoice
  /** Floats; the rank's part of the memory, its kernel's scratch first. */
  readonly region: Span
  /** One to each other rank, if some plan hands off by message. */
  readonly ports: ReadonlyMap<number, MessagePort>
  /** The core to stay on. */
  readonly cpu: number | undefined
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
