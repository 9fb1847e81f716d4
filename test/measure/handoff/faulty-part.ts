import { note } from '../../../src/measure/handoff/counters.ts'

export interface FaultyTask {
  readonly rank: number
  readonly fault: string
  readonly progress: Int32Array
}

const faults: Readonly<Record<string, () => void>> = {
  none: () => {},
  throw() {
    throw new TypeError('the handoff is lost')
  },
  exit: () => process.exit(7),
  stall() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
  spin() {
    for (;;);
  },
}

/** Rank 1 finishes three tries, then has the fault; the other rank waits for ever. */
export default ({ rank, fault, progress }: FaultyTask): number => {
  if (rank === 1) {
    note(progress, rank, 3)
    faults[fault]()
  } else if (fault !== 'none') faults.stall()
  return rank
}
