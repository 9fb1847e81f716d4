import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { located, patienceOf } from '../../runtime/pool.ts'
import { summarise, type Conditions, type Measurement, type Part } from './measurement.ts'
import { moduleOf, openThreads } from './ranks.ts'
import { createTries, type Pace } from './tries.ts'

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
  for (const count of counts) {
    const pool = await repeat(pace, (attempt) => startPool(conditions, count, attempt))
    yield { kind, method: 'Piscina', threads: count, ...summarise([pool]) }
  }
}

interface Start {
  readonly ns: number
  readonly answer: unknown
}

async function repeat(pace: Pace, start: (attempt: number) => Promise<Start>): Promise<Part> {
  const tries = createTries(pace)
  let wrong = 0
  for (let attempt = 1; tries.goOn(); attempt++) {
    const { ns, answer } = await start(attempt)
    tries.record(ns)
    if (answer !== attempt) wrong++
  }
  return { samples: tries.samples, wrong }
}

async function startWorker(
  { cores, signal, patience = patienceOf(1, cores) }: Conditions,
  attempt: number,
): Promise<Start> {
  signal.throwIfAborted()
  const start = performance.now()
  const worker = new Worker(moduleOf('echo'), { workerData: attempt })
  const message = once(worker, 'message', {
    signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
  })
  try {
    const [answer] = (await located(message, () => 'start-up, Worker: no first message')) as unknown[]
    return { ns: (performance.now() - start) * 1e6, answer }
  } finally {
    await worker.terminate()
  }
}

async function startPool(conditions: Conditions, count: number, attempt: number): Promise<Start> {
  const what = `start-up, Piscina of ${count}`
  const failed = () => `${what}: no task was done`
  const start = performance.now()
  const threads = openThreads<number, number>(count, moduleOf('echo'), conditions)
  try {
    const answer = await threads.watched(what, () => located(threads.run(attempt), failed))
    const ns = (performance.now() - start) * 1e6
    // Node 20 crashes if a thread is ended while it loads its module: each has to have done a task.
    const tasks = Array.from({ length: count }, () => attempt)
    await threads.watched(what, () => threads.each(tasks, failed))
    return { ns, answer }
  } finally {
    await threads.close()
  }
}
