import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { located, patienceOf } from '../../runtime/pool.ts'
import { summarise, type Conditions, type Measurement } from './measurement.ts'
import { moduleOf, openThreads } from './ranks.ts'
import { createTries, type Pace, type Part } from './tries.ts'

/** How a Piscina worker waits for its next task, and how its pool learns of the answer. */
const ATOMICS = ['sync', 'async', 'disabled'] as const

/** A try: how long it took, and what the thread answered to its number. */
interface Answered {
  readonly ns: number
  readonly answer: unknown
}

async function repeat(pace: Pace, ask: (attempt: number) => Promise<Answered>): Promise<Part> {
  const tries = createTries(pace)
  for (let attempt = 1; tries.goOn(); attempt++) {
    const { ns, answer } = await ask(attempt)
    tries.record(ns, answer === attempt)
  }
  return tries.part
}

/** Nanoseconds. */
const since = (start: number): number => (performance.now() - start) * 1e6

/**
 * The round trip of an empty Piscina task, from the main thread to a pool of one, for each setting of `atomics`.
 *
 * @throws RankError
 */
export async function* measureTasks(conditions: Conditions, pace: Pace): AsyncGenerator<Measurement, void> {
  for (const atomics of ATOMICS) {
    const method = `Piscina task, ${atomics}`
    const threads = openThreads<number, number>(1, moduleOf('echo'), conditions, { atomics })
    const { progress } = threads
    const failed = () => `${method}: the thread failed after try ${progress[0]}`
    const ask = async (attempt: number) => {
      const start = performance.now()
      const answer = await threads.run(attempt)
      const ns = since(start)
      progress[0] = attempt
      return { ns, answer }
    }
    try {
      const part = await threads.watched(method, () => located(repeat(pace, ask), failed))
      yield { kind: 'round-trip', method, threads: 2, ...summarise([part]) }
    } finally {
      await threads.close()
    }
  }
}

/**
 * How long it takes to start threads: from `new Worker` to its first message, and from `new Piscina`, for each number of
 * threads, to its first finished task. Ending them does not count.
 *
 * @throws RankError
 */
export async function* measureStartUp(
  conditions: Conditions,
  counts: readonly number[],
  pace: Pace,
): AsyncGenerator<Measurement, void> {
  const kind = 'start-up'
  const worker = await repeat(pace, (attempt) => startWorker(conditions, attempt))
  yield { kind, method: 'Worker', threads: 1, ...summarise([worker]) }
  for (const threads of counts) {
    const pool = await repeat(pace, (attempt) => startPool(conditions, threads, attempt))
    yield { kind, method: 'Piscina', threads, ...summarise([pool]) }
  }
}

async function startWorker(
  { cores, signal, patience = patienceOf(1, cores) }: Conditions,
  attempt: number,
): Promise<Answered> {
  signal.throwIfAborted()
  const start = performance.now()
  const worker = new Worker(moduleOf('echo'), { workerData: attempt })
  const message = once(worker, 'message', { signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) })
  try {
    const [answer] = (await located(message, () => 'start-up, Worker: no first message')) as unknown[]
    return { ns: since(start), answer }
  } finally {
    await worker.terminate()
  }
}

async function startPool(conditions: Conditions, count: number, attempt: number): Promise<Answered> {
  const what = `start-up, Piscina of ${count}`
  const failed = () => `${what}: no task was done`
  const start = performance.now()
  const threads = openThreads<number, number>(count, moduleOf('echo'), conditions)
  try {
    const answer = await threads.watched(what, () => located(threads.run(attempt), failed))
    const ns = since(start)
    // Node 20 crashes if a thread is ended while it loads its module: each has to have done a task.
    const tasks = Array.from({ length: count }, () => attempt)
    await threads.watched(what, () => threads.each(tasks, failed))
    return { ns, answer }
  } finally {
    await threads.close()
  }
}
