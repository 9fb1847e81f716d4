import { MessageChannel } from 'node:worker_threads'
import { WAITS, type Wait } from '../../cells/cell.ts'
import { barrier, emptyDraft } from '../../plan/build/draft.ts'
import { signalsOf } from '../../plan/effects.ts'
import { createCounters, spinsIn } from '../../runtime/counter.ts'
import { publishesPerStep } from '../../runtime/part.ts'
import { spinOf } from '../session.ts'
import { openCounters } from './counters.ts'
import { summarise, type Conditions, type Measurement } from './measurement.ts'
import { METHODS, type Method } from './one-way-rank.ts'
import { moduleOf, openThreads, together } from './ranks.ts'
import type { Pace, Part } from './tries.ts'
import type { Job, Task } from './worker.ts'

/** A case to measure: what it is called in an error, and the job of each rank. */
interface Case extends Pick<Measurement, 'kind' | 'method' | 'bytes'> {
  readonly what: string
  readonly jobs: readonly Job[]
  /** Bytes that are moved in a try. */
  readonly moved?: number
}

/** Measures cases on the same threads, one after the other. */
async function* measure(
  count: number,
  conditions: Conditions,
  pace: Pace,
  cases: Iterable<Case>,
): AsyncGenerator<Measurement, void> {
  const worker = conditions.worker ?? moduleOf('worker')
  const threads = openThreads<Task, Part>(count, worker, conditions)
  const { progress } = threads
  try {
    for (const { what, jobs, moved, ...row } of cases) {
      const tasks = jobs.map((job, rank) => ({ ...job, rank, progress, pace }))
      yield { ...row, threads: count, ...summarise(await together(threads, what, tasks), moved) }
    }
  } finally {
    await threads.close()
  }
}

/**
 * There and back between two threads: through counters, for each way to wait, and by `postMessage`, where both threads
 * take messages as events.
 *
 * @throws RankError
 */
export const measureRoundTrips = (conditions: Conditions, pace: Pace): AsyncGenerator<Measurement, void> =>
  measure(2, conditions, pace, roundTrips(conditions))

function* roundTrips(conditions: Conditions): Generator<Case, void> {
  const kind = 'round-trip'
  for (const wait of WAITS) {
    const { spins, repetitions: trips } = waiting(wait, 2, conditions)
    const job = { kind, counters: openCounters(2), spins, trips } as const
    yield { kind, method: wait, what: `round trip, ${wait}`, jobs: [job, job] }
  }
  const { port1, port2 } = new MessageChannel()
  const jobs = [port1, port2].map((port) => ({ kind: 'messages', port }) as const)
  yield { kind, method: 'MessagePort', what: 'round trip, MessagePort', jobs }
}

/**
 * From the producer's call (publish or post) until the consumer has the data: its wait has ended, and it has read the
 * first and the last element. The consumer is awake and waits. Making the data and checking every element do not count.
 *
 * @param sizes bytes, multiples of 4
 * @throws RankError
 */
export const measureOneWay = (
  conditions: Conditions,
  sizes: readonly number[],
  pace: Pace,
): AsyncGenerator<Measurement, void> => measure(2, conditions, pace, oneWays(conditions, sizes))

/** Methods that move every byte. The others leave the data where it is: they have no bandwidth. */
const MOVING: readonly Method[] = ['clone', 'copy']

function* oneWays(conditions: Conditions, sizes: readonly number[]): Generator<Case, void> {
  const kind = 'one-way'
  const { spins } = waiting('spin-then-wait', 2, conditions)
  for (const method of METHODS) {
    for (const bytes of sizes) {
      const payload = new Float32Array(new SharedArrayBuffer(bytes))
      const arrival = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
      const job = { kind, method, payload, arrival, counters: openCounters(2), spins } as const
      const { port1, port2 } = new MessageChannel()
      yield {
        kind,
        method,
        bytes,
        what: `one-way, ${method}, ${bytes} B`,
        jobs: [port1, port2].map((port) => ({ ...job, port })),
        ...(MOVING.includes(method) && { moved: bytes }),
      }
    }
  }
}

/**
 * The barrier that ends a step, for each thread count: from the last rank's arrival to the last rank's leaving, in a row
 * of barriers with nothing in between.
 *
 * @throws RankError
 */
export async function* measureBarriers(
  conditions: Conditions,
  counts: readonly number[],
  pace: Pace,
): AsyncGenerator<Measurement, void> {
  for (const count of counts) yield* measure(count, conditions, pace, [barrierOf(count, conditions)])
}

function barrierOf(count: number, conditions: Conditions): Case {
  const draft = emptyDraft(count)
  const ranks = [...draft.programs.keys()]
  barrier(draft, 'barrier', ranks)
  const { spins, repetitions: passes } = waiting('spin-then-wait', count, conditions)
  const job = {
    kind: 'barrier',
    counters: openCounters(draft.counters.length),
    perStep: publishesPerStep(draft),
    arrived: createCounters(count),
    marks: new Float64Array(new SharedArrayBuffer(2 * count * Float64Array.BYTES_PER_ELEMENT)),
    spins,
    passes,
  } as const
  const jobs = draft.programs.map((program) => ({ ...job, rounds: program.flatMap(signalsOf) }))
  return { kind: 'barrier', method: 'dissemination', what: `barrier of ${count} threads`, jobs }
}

/**
 * How long a rank looks before it sleeps: as long as the ranks of a plan do. And the handoffs of one try: where one is as
 * short as a look at the clock, there are several, so that the look does not count; where threads take turns on a core,
 * one is long enough.
 */
function waiting(wait: Wait, threads: number, { cores }: Conditions) {
  const oversubscribed = threads > cores
  return {
    spins: spinsIn(spinOf(wait, oversubscribed)),
    repetitions: wait === 'wait' || oversubscribed ? 1 : 16,
  }
}
