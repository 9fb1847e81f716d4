import type { Meeting } from './echo.ts'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { messageOf } from '../../errors.ts'
import { RankError } from '../../runtime/team.ts'
import { summarise, type Conditions, type Measurement, type Part } from './measurement.ts'
import { moduleOf } from './ranks.ts'
import { openThreads } from './threads.ts'
import { createTries, type Pace } from './tries.ts'

const PATIENCE_MS = 5000

/**
 * How long it takes to have threads: from `new Worker` to its first message, and from `new Piscina`, for each number of
 * threads, to its first finished task. Ending them is not counted.
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

async function startWorker({ signal, patience = PATIENCE_MS }: Conditions, attempt: number): Promise<Start> {
  signal.throwIfAborted()
  const start = performance.now()
  const worker = new Worker(moduleOf('first-message'), { workerData: attempt })
  try {
    const [answer] = (await once(worker, 'message', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    })) as unknown[]
    return { ns: (performance.now() - start) * 1e6, answer }
  } catch (error) {
    throw new RankError(`start-up, Worker: no first message: ${messageOf(error)}`, { cause: error })
  } finally {
    await worker.terminate()
  }
}

async function startPool(conditions: Conditions, count: number, attempt: number): Promise<Start> {
  const start = performance.now()
  const threads = openThreads<number | Meeting, number>(count, moduleOf('echo'), conditions)
  try {
    const answer = await threads.watched(`start-up, Piscina of ${count}`, () => threads.pool.run(attempt))
    const ns = (performance.now() - start) * 1e6
    // Node 20 crashes if a thread is ended while it loads its module: all have to be there first.
    const meeting = {
      cell: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
      threads: count,
    }
    const meet = () => Promise.all(Array.from({ length: count }, () => threads.pool.run(meeting)))
    await threads.watched(`start-up, Piscina of ${count}`, meet)
    return { ns, answer }
  } catch (error) {
    if (error instanceof RankError) throw error
    throw new RankError(`start-up, Piscina of ${count}: no task was done: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    await threads.close()
  }
}
