import { threadId } from 'node:worker_threads'

export interface PoolOrder {
  readonly does: 'answer' | 'throw' | 'stall' | 'move'
  /** What the pool watches. */
  readonly cells: Int32Array
}

const deeds: Readonly<Record<PoolOrder['does'], (cells: Int32Array) => void>> = {
  answer() {},
  throw() {
    throw new TypeError('the order is lost')
  },
  stall(cells) {
    Atomics.wait(cells, 0, Atomics.load(cells, 0))
  },
  /** Moves, and never ends. */
  move(cells) {
    for (;;) Atomics.add(cells, 1, 1)
  },
}

/** Does as it is told, and answers with its thread. */
export default ({ does, cells }: PoolOrder): number => {
  deeds[does](cells)
  return threadId
}
