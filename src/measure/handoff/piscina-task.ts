import { messageOf } from '../../errors.ts'
import { RankError } from '../../runtime/team.ts'
import { summarise, type Conditions, type Measurement, type Part } from './measurement.ts'
import { moduleOf } from './ranks.ts'
import { ATOMICS, openThreads, type Threads } from './threads.ts'
import { createTries, type Pace } from './tries.ts'

/**
 * The round trip of an empty Piscina task, from the main thread to a pool of one, for each setting of `atomics`.
 *
 * @throws RankError
 */
export async function* measureTasks(conditions: Conditions, pace: Pace): AsyncGenerator<Measurement, void> {
  for (const atomics of ATOMICS) {
    const method = `Piscina task, ${atomics}`
    const threads = openThreads<number, number>(1, moduleOf('echo'), conditions, atomics)
    try {
      const part = await threads.watched(method, () => runTasks(threads, method, pace))
      yield { kind: 'round-trip', method, threads: 2, ...summarise([part]) }
    } finally {
      await threads.close()
    }
  }
}

async function runTasks(
  { pool, progress }: Threads<number, number>,
  method: string,
  pace: Pace,
): Promise<Part> {
  const tries = createTries(pace)
  let wrong = 0
  try {
    for (let attempt = 1; tries.goOn(); attempt++) {
      const start = performance.now()
      const answer = await pool.run(attempt)
      tries.record((performance.now() - start) * 1e6)
      if (answer !== attempt) wrong++
      progress[0] = attempt
    }
  } catch (error) {
    throw new RankError(`${method}: the thread failed after try ${progress[0]}: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return { samples: tries.samples, wrong }
}
