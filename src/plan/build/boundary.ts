import { addBuffer, addCounter, type Draft } from './draft.ts'
import { SHARED, type Await, type Instruction, type Publish } from '../plan.ts'
import { length, type Span } from '../span.ts'
import { inBatch, inSlots, type Tensor } from './tensor.ts'

/** How a tensor crosses from one rank to another: through memory that both see, or in messages. */
export const HANDOFFS = ['shared', 'transfer', 'clone'] as const
export type Handoff = (typeof HANDOFFS)[number]

/**
 * A tensor that one stage writes and another reads, microbatch by microbatch, with what both have to do for it. The
 * instructions come in a ring of ranks each: of a tensor-parallel group, rank t hands over to rank t of the other.
 */
export interface Boundary {
  /** As the producer writes it, and as the consumer reads it. */
  readonly written: Tensor
  readonly read: Tensor
  /** Producer: waits until there is room for microbatch k. */
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
  /** Slots of the buffer that the consumer reads; the legal minimum is the most it holds at a time. */
  readonly slots: number
  /** A buffer that holds the whole batch, with a row for each sample, to be used instead of slots. */
  readonly whole?: number | undefined
  readonly handoff: Handoff
}

/** The version of what has been computed of a batch that is kept as a whole. */
export const WRITTEN = 'written'

/** What a rank has to do to hand over to itself. */
const nothing = () => []

/** A boundary whose buffer lies with the consumer, which reads what was written in place, unless it goes in messages. */
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
    // Where every microbatch has a slot of its own, nobody ever waits for room.
    release: (t) => (slots < microbatches.length ? [channels[t].release()] : []),
  }
}

/** The producer writes into a buffer of its own and posts a copy; the consumer copies it to where it reads it. */
function inMessages(
  draft: Draft,
  options: BoundaryOptions,
  read: Tensor,
  by: Exclude<Handoff, 'shared'>,
): Boundary {
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
 * consumer reads in place. Two counters: `data` tells how many are written, `credit` how many slots are free again.
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
    room: (k) =>
      k < slots ? [] : [{ op: 'await', cause: 'credit', counter: credit, atLeast: k - slots + 1 }],
    send: () => ({ op: 'publish', counter: data }),
    receive: (k) => ({ op: 'await', cause: 'receive', counter: data, atLeast: k + 1 }),
    release: () => ({ op: 'publish', counter: credit }),
  }
}
