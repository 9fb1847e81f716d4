import { addBuffer, addCounter, type Draft } from './draft.ts'
import type { Handoff } from '../grid.ts'
import { SHARED, type Await, type Instruction, type Publish } from '../plan.ts'
import { length, type Span } from '../span.ts'
import { inBatch, inSlots, type Tensor } from './tensor.ts'

/**
 * A tensor that one stage writes and another reads, microbatch by microbatch, and the instructions of both for the
 * handoff. Between tensor-parallel groups, rank t of one is paired with rank t of the other.
 */
export interface Boundary {
  /** Where the producer writes it, and where the consumer reads it. */
  readonly written: Tensor
  readonly read: Tensor
  /** Producer: waits for room for microbatch k. */
  room(t: number, k: number): Instruction[]
  /** Producer: microbatch k is written. */
  send(t: number, k: number): Instruction[]
  /** Consumer: waits for microbatch k. */
  receive(t: number, k: number): Instruction[]
  /** Consumer: is done with the next microbatch. */
  release(t: number): Instruction[]
}

export interface BoundaryOptions {
  readonly name: string
  readonly role: 'activation' | 'delta'
  readonly layer: number
  readonly columns: number
  readonly producers: readonly number[]
  readonly consumers: readonly number[]
  readonly microbatches: readonly Span[]
  /** Slots of the buffer that the consumer reads; the legal minimum is its peak in flight. */
  readonly slots: number
  /** A buffer with a row for each sample of the whole batch, used instead of slots. */
  readonly whole?: number | undefined
  readonly handoff: Handoff
}

/** The version of computed rows in a buffer of the whole batch. */
export const WRITTEN = 'written'

/** The instructions of a handoff from a rank to itself. */
const nothing = () => []

/** A boundary whose buffer belongs to the consumer: the producer writes there in place, or posts messages. */
export function addBoundary(draft: Draft, options: BoundaryOptions): Boundary {
  const { name, producers, consumers, microbatches, whole, handoff } = options
  const local = producers[0] === consumers[0]
  const slots = local || whole !== undefined ? microbatches.length : options.slots
  const tensor =
    whole === undefined
      ? addTensor(draft, options, consumers.length > 1 ? SHARED : consumers[0], slots)
      : inBatch(draft, whole, microbatches, WRITTEN)
  if (local) {
    return { written: tensor, read: tensor, room: nothing, send: nothing, receive: nothing, release: nothing }
  }
  if (handoff !== 'shared') return inMessages(draft, options, tensor, handoff)
  const channels = producers.map((producer, t) => channel(draft, name, producer, consumers[t], slots))
  return {
    written: tensor,
    read: tensor,
    room: (t, k) => channels[t].room(k),
    send: (t) => [channels[t].send()],
    receive: (t, k) => [channels[t].receive(k)],
    // If every microbatch has a slot of its own, no rank ever waits for room.
    release: (t) => (slots < microbatches.length ? [channels[t].release()] : []),
  }
}

/** The producer writes into a buffer of its own and posts a copy; the consumer copies it into its buffer. */
function inMessages(draft: Draft, options: BoundaryOptions, read: Tensor, by: Exclude<Handoff, 'shared'>): Boundary {
  const { name, producers, consumers, microbatches } = options
  const [producer] = producers
  const written = addTensor(draft, { ...options, name: `${name} to post` }, producer, 1)
  const { layer, columns } = options
  const message = addBuffer(draft, {
    name: `${name} in messages`,
    role: 'message',
    owner: consumers[0],
    layer,
    rows: Math.max(...microbatches.map(length)),
    columns,
    slots: microbatches.length,
  })
  const posted = inSlots(draft, message, microbatches)
  const data = addCounter(draft, `${name} posted`, producer)
  const on = (k: number) => ({ microbatch: k, samples: microbatches[k] })
  return {
    written,
    read,
    room: () => [],
    release: () => [],
    send: (_, k) => [
      { op: 'send', by, ...on(k), source: written(k), message: posted(k) },
      { op: 'publish', counter: data },
    ],
    receive: (_, k) => [
      { op: 'await', cause: 'receive', counter: data, atLeast: k + 1 },
      { op: 'take', ...on(k), message: posted(k), target: read(k) },
    ],
  }
}

function addTensor(draft: Draft, options: BoundaryOptions, owner: number, slots: number): Tensor {
  const { name, role, layer, columns, microbatches } = options
  const rows = Math.max(...microbatches.map(length))
  return inSlots(draft, addBuffer(draft, { name, role, owner, layer, rows, columns, slots }), microbatches)
}

/**
 * A bounded handoff between two ranks: the producer writes microbatch k into slot k mod `slots` of a buffer that the
 * consumer reads in place. It has two counters: `data` counts microbatches written, `credit` slots freed again.
 */
interface Channel {
  readonly slots: number
  /** Producer: waits for room for microbatch k. */
  room(k: number): Await[]
  /** Producer: the next microbatch is written. */
  send(): Publish
  /** Consumer: waits for microbatch k. */
  receive(k: number): Await
  /** Consumer: done with the next microbatch; its slot is free. */
  release(): Publish
}

function channel(draft: Draft, name: string, producer: number, consumer: number, slots: number): Channel {
  const data = addCounter(draft, `${name} written`, producer)
  const credit = addCounter(draft, `${name} released`, consumer)
  return {
    slots,
    room: (k) => (k < slots ? [] : [{ op: 'await', cause: 'credit', counter: credit, atLeast: k - slots + 1 }]),
    send: () => ({ op: 'publish', counter: data }),
    receive: (k) => ({ op: 'await', cause: 'receive', counter: data, atLeast: k + 1 }),
    release: () => ({ op: 'publish', counter: credit }),
  }
}
