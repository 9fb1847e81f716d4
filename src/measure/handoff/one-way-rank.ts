import type { MessagePort } from 'node:worker_threads'
import { awaitOther, publishOwn } from '../../runtime/counter.ts'
import { createMailbox } from '../../runtime/mailbox.ts'
import { end, isOver, note, type Played } from './counters.ts'
import { fillPattern, hasPattern } from './pattern.ts'
import { createTries, type Part } from './tries.ts'

/**
 * Handoff of data from one thread to another. `shared`: it lies where both read it. `copy`: from there the consumer copies
 * it into an array of its own. `transfer` and `clone`: by message, as in a plan.
 */
export const METHODS = ['shared', 'transfer', 'clone', 'copy'] as const
export type Method = (typeof METHODS)[number]

/** Rank 0 produces, rank 1 consumes. */
export interface OneWayJob {
  readonly kind: 'one-way'
  readonly method: Method
  /** In shared memory; for messages, only its length counts. */
  readonly payload: Float32Array
  /**
   * Each rank's own, raised twice a try. The producer's: the data is made; it is handed over. The consumer's: it is awake,
   * and from here on the time counts; it has looked at every element.
   */
  readonly counters: Int32Array
  /** When the consumer had the data, on the clock that all threads share. */
  readonly arrival: Float64Array
  readonly port: MessagePort
  readonly spins: number
}

const PRODUCER = 0
const CONSUMER = 1
/** The mailbox's name of the one buffer that is sent. */
const LETTER = 0

export const oneWay = (job: OneWayJob & Played): Part => (job.rank === PRODUCER ? produce(job) : consume(job))

function produce(job: OneWayJob & Played): Part {
  const { method, payload, counters, arrival, progress, port } = job
  const mailbox = createMailbox(new Map([[CONSUMER, port]]))
  const posts = method === 'transfer' || method === 'clone'
  const tries = createTries(job.pace)
  let values = posts ? new Float32Array(payload.length) : payload
  for (let attempt = 1; tries.goOn(); attempt++) {
    fillPattern(values, attempt)
    publishOwn(job)
    awaitOther(job, 2 * attempt - 1)
    const start = performance.now()
    if (posts) mailbox.post(CONSUMER, LETTER, values, method === 'transfer')
    publishOwn(job)
    awaitOther(job, 2 * attempt)
    tries.record((arrival[0] - start) * 1e6)
    // A transferred array comes back for the next try.
    if (method === 'transfer') values = mailbox.take(CONSUMER, LETTER)
    note(progress, PRODUCER, attempt)
  }
  end(counters)
  publishOwn(job)
  return tries.part
}

function consume(job: OneWayJob & Played): Part {
  const { method, payload, counters, arrival, progress, port } = job
  const mailbox = createMailbox(new Map([[PRODUCER, port]]))
  const own = new Float32Array(method === 'copy' ? payload.length : 0)
  const take = (): Float32Array => {
    if (method === 'shared') return payload
    if (method !== 'copy') return mailbox.take(PRODUCER, LETTER)
    own.set(payload)
    return own
  }
  let wrong = 0
  for (let attempt = 1; ; attempt++) {
    awaitOther(job, 2 * attempt - 1)
    if (isOver(counters)) break
    publishOwn(job)
    awaitOther(job, 2 * attempt)
    const values = take()
    const first = values[0]
    const last = values[values.length - 1]
    arrival[0] = performance.now()
    const kept = first === values[0] && last === values[values.length - 1]
    if (!kept || values.length !== payload.length || !hasPattern(values, attempt)) wrong++
    if (method === 'transfer') mailbox.post(PRODUCER, LETTER, values, true)
    publishOwn(job)
    note(progress, CONSUMER, attempt)
  }
  // This closes the other end, too.
  port.close()
  return { samples: [], wrong }
}
