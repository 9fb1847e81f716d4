import type { MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { messageOf } from '../../errors.ts'
import { RankError } from '../../runtime/team.ts'
import type { Conditions } from './measurement.ts'
import { createProgress, PROGRESS_CELLS } from './progress.ts'

/** How a Piscina worker waits for its next task, and how its pool is told of the answer. */
export const ATOMICS = ['sync', 'async', 'disabled'] as const
export type Atomics = (typeof ATOMICS)[number]

/** A pool of threads for some measurements, and the watch over it. */
export interface Threads<Task, Answer> {
  readonly pool: Piscina<Task, Answer>
  /** PROGRESS_CELLS per thread: whoever takes part raises its own first cell with every try. */
  readonly progress: Int32Array
  /**
   * Waits for work in which threads take part. The pool is over as soon as it fails.
   * @throws RankError if no thread has got on for too long
   */
  watched<T>(what: string, work: () => Promise<T>): Promise<T>
  /** Ends all threads, also ones that wait or spin. */
  close(): Promise<void>
}

const LOWEST_PATIENCE_MS = 5000
/** Starting a thread takes about 50 ms, and on few cores they start one after the other. */
const PATIENCE_PER_THREAD_MS = 250
const LOOK_EVERY_MS = 200

export function openThreads<Task, Answer>(
  count: number,
  module: URL,
  { signal, patience = LOWEST_PATIENCE_MS + count * PATIENCE_PER_THREAD_MS }: Conditions,
  atomics: Atomics = 'sync',
): Threads<Task, Answer> {
  signal.throwIfAborted()
  const pool = new Piscina<Task, Answer>({
    filename: module.href,
    minThreads: count,
    maxThreads: count,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    recordTiming: false,
    atomics,
  })
  // A worker that cannot even be loaded is reported here and by its task's rejection; the latter is handled.
  pool.on('error', () => {})
  const progress = createProgress(count)

  // Piscina may not be destroyed twice at a time: a second call would start new workers.
  let closing: Promise<void> | undefined
  const end = () => (closing ??= pool.destroy())
  const onAbort = () => void end()
  signal.addEventListener('abort', onAbort, { once: true })
  const close = () => {
    signal.removeEventListener('abort', onAbort)
    return end()
  }

  return {
    pool,
    progress,
    close,
    async watched(what, work) {
      signal.throwIfAborted()
      progress.fill(0)
      let timer: NodeJS.Timeout | undefined
      const stalled = new Promise<never>((_, reject) => {
        let seen = progress.slice()
        let since = performance.now()
        timer = setInterval(() => {
          if (seen.some((cell, i) => cell !== progress[i])) {
            seen = progress.slice()
            since = performance.now()
          } else if (performance.now() - since > patience) {
            const seconds = (patience / 1000).toFixed(1)
            reject(new RankError(`${what}: nothing has moved for ${seconds} s; ${placesOf(progress)}`))
          }
        }, LOOK_EVERY_MS)
      })
      const working = work()
      try {
        return await Promise.race([working, stalled])
      } catch (error) {
        await close()
        await Promise.allSettled([working])
        throw error
      } finally {
        clearInterval(timer)
      }
    },
  }
}

/**
 * Runs one task on each thread, all at once, and gives their answers in the order of the tasks. A task's ports move to
 * its thread.
 *
 * @throws RankError as soon as one fails or nothing moves any more; it names the rank, the try and the cause
 */
export function together<Task extends { readonly rank: number; readonly port?: MessagePort }, Answer>(
  threads: Threads<Task, Answer>,
  what: string,
  tasks: readonly Task[],
): Promise<Answer[]> {
  const { pool, progress } = threads
  if (tasks.length !== pool.threads.length) throw new Error(`${tasks.length} tasks for other threads`)
  return threads.watched(what, () =>
    Promise.all(
      tasks.map(async (task) => {
        try {
          return await pool.run(task, { transferList: task.port ? [task.port] : [] })
        } catch (error) {
          const attempt = progress[task.rank * PROGRESS_CELLS]
          throw new RankError(
            `${what}: rank ${task.rank} of ${tasks.length} failed after try ${attempt}: ${messageOf(error)}`,
            { cause: error },
          )
        }
      }),
    ),
  )
}

const placesOf = (progress: Int32Array): string =>
  Array.from(
    { length: progress.length / PROGRESS_CELLS },
    (_, rank) => `rank ${rank} after try ${progress[rank * PROGRESS_CELLS]}`,
  ).join(', ')
