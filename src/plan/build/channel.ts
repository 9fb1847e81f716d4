import { addCounter, type Draft } from './draft.ts'
import type { Await, Publish } from '../plan.ts'

/**
 * A bounded handoff between two ranks: the producer writes microbatch k into slot k mod `slots` of a buffer that the
 * consumer reads in place. Two counters: `data` tells how many are written, `credit` how many slots are free again.
 */
export interface Channel {
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

export function channel(
  draft: Draft,
  name: string,
  producer: number,
  consumer: number,
  slots: number,
): Channel {
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
