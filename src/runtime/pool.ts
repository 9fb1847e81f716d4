import type { MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { ExplainedError, messageOf } from '../errors.ts'

/** A rank failed, ended or stalled; the message names the rank, the step and the cause. */
export class RankError extends ExplainedError {
  override readonly name = 'RankError'
}

export interface PoolOptions {
  readonly threads: number
  /** The module that the threads run; its default export takes the orders. */
  readonly worker: URL
  /** How a thread waits for its next order, see Piscina. */
  readonly atomics?: 'sync' | 'async' | 'disabled'
  /** Limit of each thread's JavaScript heap in MiB. */
  readonly heapMb?: number
  /** Ends all threads. */
  readonly signal?: AbortSignal | undefined
}

/** By the index of an order: what failed if it fails, and the ports that move with it. */
type Where = (index: number) => string
type Ports = (index: number) => readonly MessagePort[]

/** How to see that threads get on. */
export interface Watch {
  /** Shared memory that changes as long as they do. */
  readonly cells: Int32Array
  /** Milliseconds without a change after which they count as stalled; see `patienceOf`. */
  readonly patience: number
  /** The message of the error; `stall` says for how long nothing has moved. */
  readonly explain: (stall: string) => string
}

/** A fixed number of threads that each carry out one order at a time. */
export type Pool<Order, Answer> = ReturnType<typeof openPool<Order, Answer>>

export function openPool<Order, Answer>(options: PoolOptions) {
  const { threads, signal } = options
  signal?.throwIfAborted()
  const piscina = startThreads<Order, Answer>(options)

  // Node 20 crashes if a thread is ended while it loads its module.
  let started: Promise<unknown> = Promise.resolve()
  // If a pool is destroyed again while it is being destroyed, Piscina starts new threads.
  let closing: Promise<void> | undefined
  const destroy = () => (closing ??= started.then(() => piscina.destroy()))
  const onAbort = () => void destroy()
  signal?.addEventListener('abort', onAbort, { once: true })
  /** Ends all threads, also ones that wait or spin. */
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort)
    return destroy()
  }

  /** Sends an order to a thread that is free; its ports move there. */
  const run = (order: Order, ports: readonly MessagePort[] = []): Promise<Answer> =>
    piscina.run(order, { transferList: [...ports] })

  const send = (orders: readonly Order[], where: Where, ports?: Ports): Promise<Answer>[] => {
    if (orders.length !== threads) throw new Error(`${orders.length} orders for ${threads} threads`)
    return orders.map((order, index) => located(run(order, ports?.(index)), () => where(index)))
  }

  return {
    threads,
    run,
    close,

    /**
     * Sends as many orders as there are idle threads, in one turn of the event loop: each thread takes exactly one.
     *
     * @returns the answers in the order of the orders
     * @throws RankError as soon as one fails
     */
    each: async (orders: readonly Order[], where: Where, ports?: Ports): Promise<Answer[]> =>
      Promise.all(send(orders, where, ports)),

    /** The same for the first order of each thread. If one fails, the pool ends, but not before all have answered. */
    async start(orders: readonly Order[], where: Where, ports?: Ports): Promise<Answer[]> {
      const answers = send(orders, where, ports)
      started = Promise.allSettled(answers)
      try {
        return await Promise.all(answers)
      } catch (error) {
        await close()
        throw error
      }
    },

    /**
     * Waits for work that threads take part in. If it fails, the pool ends.
     *
     * @throws RankError if nothing moves for too long
     */
    async watched<T>(watch: Watch, work: () => Promise<T>): Promise<T> {
      signal?.throwIfAborted()
      const { stalled, stop } = watchdog(watch)
      const working = work()
      try {
        return await Promise.race([working, stalled])
      } catch (error) {
        // Only this frees the threads that wait for the one that failed.
        await close()
        await Promise.allSettled([working])
        throw error
      } finally {
        stop()
      }
    },
  }
}

function startThreads<Order, Answer>({ threads, worker, atomics = 'sync', heapMb }: PoolOptions) {
  const piscina = new Piscina<Order, Answer>({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    recordTiming: false,
    atomics,
    ...(heapMb ? { resourceLimits: { maxOldGenerationSizeMb: heapMb } } : {}),
  })
  // A worker that cannot be loaded is reported here and by the rejection of its task, which is handled.
  piscina.on('error', () => {})
  return piscina
}

/** Waits for a thread's work, and puts in front of its error where it happened. */
export async function located<T>(work: Promise<T>, where: () => string): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new RankError(`${where()}: ${messageOf(error)}`, { cause: error })
  }
}

const LOOK_EVERY_MS = 200

/** The only timer on the main thread while ranks are timed. */
function watchdog({ cells, patience, explain }: Watch) {
  let timer: NodeJS.Timeout | undefined
  const stalled = new Promise<never>((_, reject) => {
    let seen = cells.slice()
    let since = performance.now()
    timer = setInterval(() => {
      if (seen.some((cell, i) => cell !== cells[i])) {
        seen = cells.slice()
        since = performance.now()
      } else if (performance.now() - since > patience) {
        reject(new RankError(explain(`nothing has moved for ${(patience / 1000).toFixed(1)} s`)))
      }
    }, LOOK_EVERY_MS)
  })
  return { stalled, stop: () => clearInterval(timer) }
}

const LOWEST_PATIENCE_MS = 5000
/** No kernel is this slow on any machine, even when the threads of other ranks take its core. */
const SLOWEST_FLOP_PER_MS = 20_000

/**
 * Milliseconds after which threads that show no movement count as stalled. Where threads share cores, all of them can be
 * about to start for as long as all of that takes together.
 *
 * @param flop floating-point operations that may pass between two movements
 */
export const patienceOf = (threads: number, cores: number, flop = 0): number =>
  LOWEST_PATIENCE_MS * Math.max(1, threads / cores) + flop / SLOWEST_FLOP_PER_MS

const MOST_LISTED = 4

/** The first few of many texts, and how many more there are. */
export const listed = (texts: readonly string[]): string =>
  texts.length <= MOST_LISTED
    ? texts.join('; ')
    : `${texts.slice(0, MOST_LISTED).join('; ')}; and ${texts.length - MOST_LISTED} more`
