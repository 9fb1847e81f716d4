import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'

interface Letter {
  readonly buffer: number
  readonly values: Float32Array
}

/** Handoff by message, for plans that do not hand off in shared memory. */
export type Mailbox = ReturnType<typeof createMailbox>

/**
 * One port to each other rank carries the messages of all buffers between the two, in the order in which they were
 * posted. Messages for another buffer than the one asked for are kept.
 */
export function createMailbox(ports: ReadonlyMap<number, MessagePort>) {
  const kept = new Map<number, Float32Array[]>()
  return {
    /** Posts the content of a message buffer to a rank; `transfer` moves the array instead of cloning it. */
    post(rank: number, buffer: number, values: Float32Array, transfer: boolean): void {
      const letter: Letter = { buffer, values }
      ports.get(rank)!.postMessage(letter, transfer ? [values.buffer as ArrayBuffer] : [])
    },

    /** The next content of a message buffer from a rank. It must have been posted: this does not wait. */
    take(rank: number, buffer: number): Float32Array {
      const earlier = kept.get(buffer)?.shift()
      if (earlier) return earlier
      for (;;) {
        const received = receiveMessageOnPort(ports.get(rank)!)
        if (!received) throw new Error(`no message has come from rank ${rank}`)
        const letter = received.message as Letter
        if (letter.buffer === buffer) return letter.values
        const others = kept.get(letter.buffer) ?? []
        kept.set(letter.buffer, others)
        others.push(letter.values)
      }
    },
  }
}

/** A message channel between any two ranks; gives each rank's ends, by the number of the other. */
export function connect(ranks: number): Map<number, MessagePort>[] {
  const ends = Array.from({ length: ranks }, () => new Map<number, MessagePort>())
  for (let rank = 0; rank < ranks; rank++) {
    for (let other = 0; other < rank; other++) {
      const { port1, port2 } = new MessageChannel()
      ends[rank].set(other, port1)
      ends[other].set(rank, port2)
    }
  }
  return ends
}
