import { UserError } from '../errors.ts'
import type { Optimizer } from '../kernels/kernel.ts'
import type { Model } from '../model/shape.ts'
import type { Span } from './span.ts'

/**
 * A plan says who does what, and when, in one training step: buffers, counters, and one program per rank.
 * It is plain data. Threads execute it, the checker proves it, byte counts, charts and tests read it; all that they know
 * about a mode is in the plan.
 */
export interface Plan {
  readonly model: Model
  /** Samples of one training step, over all ranks. */
  readonly batch: number
  readonly optimizer: Optimizer
  readonly buffers: readonly Buffer[]
  readonly counters: readonly Counter[]
  /** One program per rank. The last instruction of each is the barrier that ends the step. */
  readonly programs: readonly (readonly Instruction[])[]
  /** Every sum runs in serial's order, so the weights must equal serial's to the bit. */
  readonly exact: boolean
}

/**
 * `features`, `labels` and `losses` hold one row per sample of the batch; their place changes from step to step. A
 * `message` is data in transit through a port, one slot per microbatch; it takes no room in the shared memory.
 */
export type Role =
  'features' | 'labels' | 'losses' | 'weights' | 'packed' | 'state' | 'gradient' | 'activation' | 'delta' | 'message'

export const SHARED = -1

/** One matrix per slot, all of the same size. */
export interface Buffer {
  readonly name: string
  readonly role: Role
  /** The rank whose memory it lies in, or SHARED. */
  readonly owner: number
  /**
   * `weights`: the layer whose parameters they are, as one matrix of in + 1 rows and out columns, the last row being the
   * bias. `state` and `gradient`: the same, or the rows of it that the owner computes. `packed`: the layer whose weights
   * it holds, in a kernel's own order. `activation`, `delta` and `message`: the layer that reads the activation.
   */
  readonly layer: number
  readonly rows: number
  readonly columns: number
  readonly slots: number
}

/** The one synchronisation primitive: a number that one rank publishes (raises by one) and other ranks await. */
export interface Counter {
  readonly name: string
  readonly publisher: number
}

/**
 * A rectangle of one slot of a buffer. Several values pass through a place in one step; the version says which is meant:
 * `batch`, `before` and `after` (the update), `microbatch k`, or, for a gradient, the samples summed so far.
 */
export interface Region {
  readonly buffer: number
  readonly slot: number
  readonly rows: Span
  readonly columns: Span
  readonly version: string
}

/** Why a rank waits: for data from another rank, for room to write, or for all ranks of a group. */
export type Cause = 'receive' | 'credit' | 'barrier'

export type Signal =
  | { readonly kind: 'publish'; readonly counter: number }
  /** Waits until the counter has been published `atLeast` times in this step. */
  | { readonly kind: 'await'; readonly counter: number; readonly atLeast: number }

interface OnSamples {
  readonly microbatch: number
  /** Rows of the whole batch. */
  readonly samples: Span
}

/** output = activation(input · weights + bias) */
export interface Forward extends OnSamples {
  readonly op: 'forward'
  readonly layer: number
  readonly input: Region
  /** All rows (the bias is the last), the columns of `output`. */
  readonly weights: Region
  readonly output: Region
}

/** The loss of each sample, and its gradient `delta` with respect to the last layer's `output`. */
export interface LossGradient extends OnSamples {
  readonly op: 'loss'
  readonly output: Region
  readonly labels: Region
  readonly delta: Region
  readonly losses: Region
}

/** packed = weights, in the order in which a kernel reads them for the input gradient; pays if they are read repeatedly. */
export interface Pack {
  readonly op: 'pack'
  readonly layer: number
  /** Without the bias row. */
  readonly weights: Region
  readonly packed: Region
}

/** result = (delta · weightsᵀ) ∘ activation′(input): the gradient that the layer before needs ("dgrad"). */
export interface BackwardInput extends OnSamples {
  readonly op: 'backward-input'
  readonly layer: number
  readonly delta: Region
  /** The rows are the columns of `result`; the bias row is not read. */
  readonly weights: Region
  /** The same weights in packed form, if there is one. */
  readonly packed?: Region
  /** The layer's input, which is the output of the activation to differentiate. */
  readonly input: Region
  readonly result: Region
}

/** gradient (+)= [input, 1]ᵀ · delta, over the samples ("wgrad"); adds to the samples already `accumulated`. */
export interface BackwardWeight extends OnSamples {
  readonly op: 'backward-weight'
  readonly layer: number
  readonly accumulated: Span
  readonly input: Region
  readonly delta: Region
  /** Rows of the parameter matrix, the last of which is the bias. */
  readonly rows: Span
  /** Where those rows lie; the version is that after the instruction. */
  readonly gradient: Region
}

/** Posts a copy of a tensor to another rank; the port keeps the order. */
export interface Send extends OnSamples {
  readonly op: 'send'
  /** `transfer` moves the message, `clone` copies it once more. */
  readonly by: 'transfer' | 'clone'
  readonly source: Region
  readonly message: Region
}

/** Takes the next message, already posted, out of the port and copies it to where it is read. */
export interface Take extends OnSamples {
  readonly op: 'take'
  readonly message: Region
  readonly target: Region
}

/** target = Σ sources, in their order; a single source is copied. */
export interface Reduce {
  readonly op: 'reduce'
  readonly layer: number
  readonly sources: readonly Region[]
  readonly target: Region
}

/** The optimizer's step on a rectangle of a layer's parameters; `weights` and `state` carry the version before it. */
export interface Update {
  readonly op: 'update'
  readonly layer: number
  readonly gradient: Region
  readonly weights: Region
  readonly state: readonly Region[]
}

export interface Publish {
  readonly op: 'publish'
  readonly counter: number
}

export interface Await {
  readonly op: 'await'
  readonly cause: Cause
  readonly counter: number
  readonly atLeast: number
}

/** No rank of the group continues before all have arrived: rounds of publish and await (see `barrier` in draft.ts). */
export interface Barrier {
  readonly op: 'barrier'
  readonly group: readonly number[]
  readonly rounds: readonly Signal[]
}

export type Instruction =
  | Forward
  | LossGradient
  | Pack
  | BackwardInput
  | BackwardWeight
  | Send
  | Take
  | Reduce
  | Update
  | Publish
  | Await
  | Barrier

/** A plan that cannot be made or must not be run; the message says what was asked for and what is possible. */
export class PlanError extends UserError {
  override readonly name = 'PlanError'
}
