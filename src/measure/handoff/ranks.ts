import { extname } from 'node:path'
import { MessagePort } from 'node:worker_threads'
import { COUNTER_CELLS, createCounters } from '../../runtime/counter.ts'
import { listed, openPool, patienceOf, type PoolOptions } from '../../runtime/pool.ts'
import type { Conditions } from './measurement.ts'

const extension = extname(import.meta.url)
/** A module beside this one, as source or compiled. */
export const moduleOf = (name: string): URL => new URL(`./${name}${extension}`, import.meta.url)

/** A pool whose threads show how many tries they have finished. */
export type Threads<Order, Answer> = ReturnType<typeof openThreads<Order, Answer>>

export function openThreads<Order, Answer>(
  threads: number,
  worker: URL,
  { cores, signal, patience = patienceOf(threads, cores) }: Conditions,
  options: Pick<PoolOptions, 'atomics'> = {},
) {
  const pool = openPool<Order, Answer>({ threads, worker, signal, ...options })
  /** A counter's cells per thread; see `note`. */
  const progress = createCounters(threads)
  const explain = (what: string, stall: string) => {
    const places = Array.from({ length: threads }, (_, rank) => `rank ${rank} ${placeOf(progress, rank)}`)
    return `${what}: ${stall}; ${listed(places)}`
  }
  return {
    ...pool,
    progress,
    /** Waits for work that threads take part in; `what` names it in the error if they stall. */
    watched: <T>(what: string, work: () => Promise<T>): Promise<T> => {
      progress.fill(0)
      return pool.watched({ cells: progress, patience, explain: (stall) => explain(what, stall) }, work)
    },
  }
}

const placeOf = (progress: Int32Array, rank: number): string => `after try ${progress[rank * COUNTER_CELLS]}`

/**
 * Runs the tasks of all ranks at once, with their ports, and gives the answers in the order of the ranks.
 *
 * @throws RankError as soon as one fails or nothing moves any more; it names the rank, the try and the cause
 */
export const together = <Order extends object, Answer>(
  threads: Threads<Order, Answer>,
  what: string,
  tasks: readonly Order[],
): Promise<Answer[]> =>
  threads.watched(what, () =>
    threads.each(
      tasks,
      (rank) => `${what}: rank ${rank} of ${tasks.length} failed ${placeOf(threads.progress, rank)}`,
      (rank) => Object.values(tasks[rank]).filter((field) => field instanceof MessagePort),
    ),
  )
