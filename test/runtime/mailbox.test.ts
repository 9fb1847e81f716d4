import type { MessagePort } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { connect, createMailbox, type Mailbox } from '../../src/runtime/mailbox.ts'

const open: MessagePort[] = []
afterEach(() => {
  for (const port of open.splice(0)) port.close()
})

/** Mailboxes of ranks 0 to 2, with a port between any two. */
function mailboxes(): Mailbox[] {
  const ends = connect(3)
  open.push(...ends.flatMap((ports) => [...ports.values()]))
  return ends.map(createMailbox)
}

const values = (...numbers: number[]) => Float32Array.from(numbers)

describe('a mailbox', () => {
  it('gives what was posted for a buffer in the order in which it was posted', () => {
    const [producer, consumer] = mailboxes()
    for (let k = 0; k < 5; k++) producer.post(1, 7, values(k, k + 0.5), k % 2 === 0)
    for (let k = 0; k < 5; k++) expect(consumer.take(0, 7)).toEqual(values(k, k + 0.5))
  })

  it('keeps what was posted for another buffer until that is asked for', () => {
    const [producer, consumer] = mailboxes()
    for (const [buffer, number] of [
      [1, 10],
      [2, 20],
      [1, 11],
      [3, 30],
      [2, 21],
    ]) {
      producer.post(1, buffer, values(number), false)
    }
    const taken = [2, 2, 3, 1, 1].map((buffer) => consumer.take(0, buffer)[0])
    expect(taken).toEqual([20, 21, 30, 10, 11])
  })

  it('keeps apart what comes from different ranks, and goes both ways over one port', () => {
    const [zero, one, two] = mailboxes()
    zero.post(2, 4, values(1), true)
    one.post(2, 5, values(2), true)
    two.post(0, 6, values(3), false)
    expect(two.take(1, 5)).toEqual(values(2))
    expect(two.take(0, 4)).toEqual(values(1))
    expect(zero.take(2, 6)).toEqual(values(3))
  })

  it('moves what is transferred and leaves what is cloned', () => {
    const [producer, consumer] = mailboxes()
    const [moved, copied] = [values(1, 2), values(3, 4)]
    producer.post(1, 0, moved, true)
    producer.post(1, 0, copied, false)
    expect(moved).toHaveLength(0)
    expect(copied).toEqual(values(3, 4))
    copied[0] = 99
    expect([consumer.take(0, 0), consumer.take(0, 0)]).toEqual([values(1, 2), values(3, 4)])
  })

  it('says which rank has sent nothing instead of waiting for it', () => {
    const [producer, consumer] = mailboxes()
    expect(() => consumer.take(0, 7)).toThrow('no message has come from rank 0')
    producer.post(1, 8, values(1), false)
    expect(() => consumer.take(0, 7)).toThrow('no message has come from rank 0')
    expect(consumer.take(0, 8)).toEqual(values(1))
  })
})
