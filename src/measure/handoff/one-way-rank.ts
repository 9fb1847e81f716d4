import type { MessagePort } from 'node:worker_threads'
import { spinsPerMicrosecond } from '../../runtime/counter.ts'
import { createMailbox } from '../../runtime/mailbox.ts'
import { end, isOver, note, raise, reach, type Counters } from './counters.ts'
import type { Part } from './measurement.ts'
import { fillPattern, hasPattern } from './pattern.ts'
import { createTries, type Pace } from './tries.ts'

/**
 * Handoff of data from one thread to another. `shared`: it lies where both read it. `copy`: from there the consumer copies
 * it into an array of its own. `transfer` and `clone`: by message, as in a plan.
 */
export const METHODS = ['shared', 'transfer', 'clone', 'copy'] as const
export type Method = (typeof METHODS)[number]

/** Rank 0 produces, rank 1 consumes. */
export interface OneWayTask {
  readonly kind: 'one-way'
  readonly rank: number
  readonly progress: Int32Array
  readonly method: Method
  /** In shared memory; for messages, only its length counts. */
  readonly payload: Float32Array
  /** PREPARED, READY, HANDOFF and CHECKED. */
  readonly counters: Counters
  /** When the consumer had the data, on the clock that all threads share. */
  readonly arrival: Float64Array
  readonly port: MessagePort
  readonly spinMicroseconds: number
  readonly pace: Pace
}

/** The data of this try is made; a consumer that sleeps wakes up. */
const PREPARED = 0
/** The consumer is awake: from here on the time counts. */
const READY = 1
const HANDOFF = 2
/** The consumer has looked at every element. */
const CHECKED = 3
export const ONE_WAY_COUNTERS = 4

const PRODUCER = 0
const CONSUMER = 1
/** The mailbox's name of the one buffer that is sent. */
const LETTER = 0

export function oneWay(task: OneWayTask): Part {
  const spins = Math.round(task.spinMicroseconds * spinsPerMicrosecond())
  return task.rank === PRODUCER ? produce(task, spins) : consume(task, spins)
}

function produce(task: OneWayTask, spins: number): Part {
  const { method, payload, counters, arrival, progress } = task
  const mailbox = createMailbox(new Map([[CONSUMER, task.port]]))
  const posts = method === 'transfer' || method === 'clone'
  const tries = createTries(task.pace)
  let values = posts ? new Float32Array(payload.length) : payload
  for (let attempt = 1; tries.goOn(); attempt++) {
    fillPattern(values, attempt)
    raise(counters, PREPARED)
    reach(counters, READY, attempt, spins)
    const start = performance.now()
    if (posts) mailbox.post(CONSUMER, LETTER, values, method === 'transfer')
    raise(counters, HANDOFF)
    reach(counters, CHECKED, attempt, spins)
    tries.record((arrival[0] - start) * 1e6)
    // A transferred array comes back for the next try.
    if (method === 'transfer') values = mailbox.take(CONSUMER, LETTER)
    note(progress, PRODUCER, attempt)
  }
  end(counters)
  raise(counters, PREPARED)
  return { samples: tries.samples, wrong: 0 }
}

function consume(task: OneWayTask, spins: number): Part {
  const { method, payload, counters, arrival, progress, port } = task
  const mailbox = createMailbox(new Map([[PRODUCER, port]]))
  const own = new Float32Array(method === 'copy' ? payload.length : 0)
  const receive: Readonly<Record<Method, () => Float32Array>> = {
    shared: () => payload,
    copy() {
      own.set(payload)
      return own
    },
    transfer: () => mailbox.take(PRODUCER, LETTER),
    clone: () => mailbox.take(PRODUCER, LETTER),
  }
  const take = receive[method]
  let wrong = 0
  for (let attempt = 1; ; attempt++) {
    reach(counters, PREPARED, attempt, spins)
    if (isOver(counters)) break
    raise(counters, READY)
    reach(counters, HANDOFF, attempt, spins)
    const values = take()
    const first = values[0]
    const last = values[values.length - 1]
    arrival[0] = performance.now()
    if (first !== values[0] || last !== values[values.length - 1] || !isWhole(values, task, attempt)) wrong++
    if (method === 'transfer') mailbox.post(PRODUCER, LETTER, values, true)
    raise(counters, CHECKED)
    note(progress, CONSUMER, attempt)
  }
  // This closes the other end, too.
  port.close()
  return { samples: [], wrong }
}

const isWhole = (values: Float32Array, { payload }: OneWayTask, attempt: number): boolean =>
  values.length === payload.length && hasPattern(values, attempt)
