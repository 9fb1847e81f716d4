import { extname } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Wait } from '../../cells/cell.ts'
import { COUNTER_CELLS, createCounters } from '../../runtime/counter.ts'
import { listed, openPool, patienceOf, type Pool, type PoolOptions } from '../../runtime/pool.ts'
import { spinOf } from '../session.ts'
import type { Conditions, Part } from './measurement.ts'
import type { Task } from './worker.ts'

const extension = extname(import.meta.url)
/** A module beside this one, as source or compiled. */
export const moduleOf = (name: string): URL => new URL(`./${name}${extension}`, import.meta.url)

/** A pool whose threads show how many tries they have finished. */
export interface Threads<Order, Answer> extends Omit<Pool<Order, Answer>, 'watched'> {
  /** A counter's cells per thread; see `note`. */
  readonly progress: Int32Array
  /** Waits for work that threads take part in; `what` names it in the error if they stall. */
  watched<T>(what: string, work: () => Promise<T>): Promise<T>
}

export function openThreads<Order, Answer>(
  threads: number,
  worker: URL,
  { cores, signal, patience = patienceOf(threads, cores) }: Conditions,
  options: Pick<PoolOptions, 'atomics'> = {},
): Threads<Order, Answer> {
  const pool = openPool<Order, Answer>({ threads, worker, signal, ...options })
  const progress = createCounters(threads)
  return {
    ...pool,
    progress,
    watched(what, work) {
      progress.fill(0)
      const explain = (stall: string) => {
        const places = Array.from({ length: threads }, (_, rank) => `rank ${rank} ${placeOf(progress, rank)}`)
        return `${what}: ${stall}; ${listed(places)}`
      }
      return pool.watched({ cells: progress, patience, explain }, work)
    },
  }
}

const placeOf = (progress: Int32Array, rank: number): string => `after try ${progress[rank * COUNTER_CELLS]}`

/** Threads that play the ranks of a measurement. */
export const openRanks = (count: number, conditions: Conditions): Threads<Task, Part> =>
  openThreads(count, conditions.worker ?? moduleOf('worker'), conditions)

/**
 * Runs the tasks of all ranks at once, with their ports, and gives the answers in the order of the ranks.
 *
 * @throws RankError as soon as one fails or nothing moves any more; it names the rank, the try and the cause
 */
export const together = <Order extends { readonly rank: number; readonly port?: MessagePort }, Answer>(
  threads: Threads<Order, Answer>,
  what: string,
  tasks: readonly Order[],
): Promise<Answer[]> =>
  threads.watched(what, () =>
    threads.each(
      tasks,
      (rank) => `${what}: rank ${rank} of ${tasks.length} failed ${placeOf(threads.progress, rank)}`,
      (rank) => (tasks[rank].port ? [tasks[rank].port] : []),
    ),
  )

/** How long a rank looks before it sleeps: as long as the ranks of a plan do. */
export const spinMicroseconds = (wait: Wait, threads: number, { cores }: Conditions): number =>
  spinOf(wait, threads > cores)

/**
 * Handoffs of one try. Where one is as short as a look at the clock, there are several, so that the look does not count;
 * where threads take turns on a core, one is long enough.
 */
export const repetitions = (wait: Wait, threads: number, { cores }: Conditions): number =>
  wait === 'wait' || threads > cores ? 1 : 16
