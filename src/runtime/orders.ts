import type { MessagePort } from 'node:worker_threads'
import type { Hyperparameters, KernelChoice } from '../kernels/kernel.ts'
import type { Span } from '../plan/span.ts'
import type { Control } from './control.ts'
import type { Steps, Timings } from './interpret.ts'
import type { PackedPart, Placed } from './part.ts'

/** Run steps of the plan. */
export interface StepsOrder extends Placed {
  readonly steps: Steps
  readonly hyper: Hyperparameters
  /** How long a wait looks at its counter before it sleeps. */
  readonly spinMicroseconds: number
}

/** An order as the ranks get it, with their parts of the plan. */
export type Sent<Asked extends Placed> = Omit<Asked, keyof Placed> & { readonly parts: readonly PackedPart[] }

export interface RankReport extends Timings {
  readonly rank: number
  readonly threadId: number
}

export interface RankTimes {
  readonly rank: number
  /** Milliseconds of each repetition, per instruction that was asked for, or of the signals. */
  readonly times: readonly Float64Array[]
}

/** The first order of each thread makes it a rank for the rest of the run. */
export interface EnrolOrder {
  readonly kind: 'enrol'
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
