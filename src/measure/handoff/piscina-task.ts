import { located } from '../../runtime/pool.ts'
import { summarise, type Conditions, type Measurement, type Part } from './measurement.ts'
import { moduleOf, openThreads, type Threads } from './ranks.ts'
import { createTries, type Pace } from './tries.ts'

/** How a Piscina worker waits for its next task, and how its pool learns of the answer. */
const ATOMICS = ['sync', 'async', 'disabled'] as const

/**
 * The round trip of an empty Piscina task, from the main thread to a pool of one, for each setting of `atomics`.
 *
 * @throws RankError
 */
export async function* measureTasks(conditions: Conditions, pace: Pace): AsyncGenerator<Measurement, void> {
  for (const atomics of ATOMICS) {
    const method = `Piscina task, ${atomics}`
    const threads = openThreads<number, number>(1, moduleOf('echo'), conditions, { atomics })
    const failed = () => `${method}: the thread failed after try ${threads.progress[0]}`
    try {
      const part = await threads.watched(method, () => located(runTasks(threads, pace), failed))
      yield { kind: 'round-trip', method, threads: 2, ...summarise([part]) }
    } finally {
      await threads.close()
    }
  }
}

async function runTasks({ run, progress }: Threads<number, number>, pace: Pace): Promise<Part> {
  const tries = createTries(pace)
  let wrong = 0
  for (let attempt = 1; tries.goOn(); attempt++) {
    const start = performance.now()
    const answer = await run(attempt)
    tries.record((performance.now() - start) * 1e6)
    if (answer !== attempt) wrong++
    progress[0] = attempt
  }
  return { samples: tries.samples, wrong }
}
