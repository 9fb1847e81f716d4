import { PROGRESS_CELLS } from '../../../src/measure/handoff/progress.ts'

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

/** Rank 1 comes as far as its third try, where it has the fault; the other waits for it for ever. */
export default ({ rank, fault, progress }: FaultyTask): number => {
  if (rank === 1) {
    progress[rank * PROGRESS_CELLS] = 3
    faults[fault]()
  } else if (fault !== 'none') faults.stall()
  return rank
}
