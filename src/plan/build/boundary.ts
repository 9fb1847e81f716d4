import { addBuffer, addCounter, inBatch, inSlots, type Draft, type Tensor } from './draft.ts'
import type { Handoff } from '../grid.ts'
import { SHARED, type Buffer, type Instruction } from '../plan.ts'
import type { Span } from '../span.ts'

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
  /** The buffer that the consumer reads. The legal minimum of slots is its peak in flight. */
  readonly buffer: Omit<Buffer, 'owner'>
  readonly producers: readonly number[]
  readonly consumers: readonly number[]
  readonly microbatches: readonly Span[]
  /** A buffer with a row for each sample of the whole batch, used instead. */
  readonly whole: number | undefined
  readonly handoff: Handoff
}

/** The version of computed rows in a buffer of the whole batch. */
export const WRITTEN = 'written'

const nothing = () => []

/** Adds a buffer for the microbatches of a tensor, of one rank or shared by several, unless one of the whole batch is given. */
export const addTensor = (
  draft: Draft,
  buffer: Omit<Buffer, 'owner'>,
  ranks: readonly number[],
  microbatches: readonly Span[],
  whole?: number,
): Tensor =>
  whole === undefined
    ? inSlots(draft, addBuffer(draft, { ...buffer, owner: ranks.length > 1 ? SHARED : ranks[0] }), microbatches)
    : inBatch(draft, whole, microbatches, WRITTEN)

/**
 * A boundary whose buffer belongs to the consumer. The producer posts messages, or writes microbatch k in place, into slot
 * k mod `slots`: one counter counts the microbatches written, another the slots freed again.
 */
export function addBoundary(draft: Draft, options: BoundaryOptions): Boundary {
  const { producers, consumers, microbatches, whole, handoff } = options
  const local = producers[0] === consumers[0]
  const slots = local || whole !== undefined ? microbatches.length : options.buffer.slots
  const buffer = { ...options.buffer, slots }
  const tensor = addTensor(draft, buffer, consumers, microbatches, whole)
  if (local) return { written: tensor, read: tensor, room: nothing, send: nothing, receive: nothing, release: nothing }
  if (handoff !== 'shared') return inMessages(draft, options, tensor, handoff)

  const counters = producers.map((producer, t) => ({
    data: addCounter(draft, `${buffer.name} written`, producer),
    credit: addCounter(draft, `${buffer.name} released`, consumers[t]),
  }))
  return {
    written: tensor,
    read: tensor,
    room: (t, k) =>
      k < slots ? [] : [{ op: 'await', cause: 'credit', counter: counters[t].credit, atLeast: k - slots + 1 }],
    send: (t) => [{ op: 'publish', counter: counters[t].data }],
    receive: (t, k) => [{ op: 'await', cause: 'receive', counter: counters[t].data, atLeast: k + 1 }],
    // If every microbatch has a slot of its own, no rank ever waits for room.
    release: (t) => (slots < microbatches.length ? [{ op: 'publish', counter: counters[t].credit }] : []),
  }
}

/** The producer writes into a buffer of its own and posts a copy; the consumer copies it into its buffer. */
function inMessages(
  draft: Draft,
  { buffer, producers, consumers, microbatches }: BoundaryOptions,
  read: Tensor,
  by: Exclude<Handoff, 'shared'>,
): Boundary {
  const { name } = buffer
  const written = addTensor(draft, { ...buffer, name: `${name} to post`, slots: 1 }, producers, microbatches)
  const message = { ...buffer, name: `${name} in messages`, role: 'message', slots: microbatches.length } as const
  const posted = addTensor(draft, message, consumers, microbatches)
  const data = addCounter(draft, `${name} posted`, producers[0])
  const on = (k: number) => ({ microbatch: k, samples: microbatches[k], message: posted[k] })
  return {
    written,
    read,
    room: nothing,
    release: nothing,
    send: (_, k) => [
      { op: 'send', by, ...on(k), source: written[k] },
      { op: 'publish', counter: data },
    ],
    receive: (_, k) => [
      { op: 'await', cause: 'receive', counter: data, atLeast: k + 1 },
      { op: 'take', ...on(k), target: read[k] },
    ],
  }
}
