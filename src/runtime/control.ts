import { COUNTER_CELLS } from './counter.ts'

/**
 * The few words that ranks and main thread share besides the tensors: the counters, a line per rank that tells where
 * it is, and which rank took which of Piscina's tasks.
 */
export interface Control {
  readonly counters: Int32Array
  /** LINE_CELLS per rank: step and instruction, written at every instruction boundary. */
  readonly lines: Int32Array
  /** Per task of a visit, the rank of the thread that took it, plus one. */
  readonly tickets: Int32Array
}

/** A rank's line is alone on its cache lines. */
export const LINE_CELLS = 32
export const STEP = 0
export const INSTRUCTION = 1

/** What a rank's line says while it runs no step. */
export const PARKED = -1

export function createControl(ranks: number, counters: number): Control {
  return {
    counters: shared(Math.max(1, counters) * COUNTER_CELLS),
    lines: shared(ranks * LINE_CELLS),
    tickets: shared(ranks),
  }
}

const shared = (cells: number) => new Int32Array(new SharedArrayBuffer(cells * Int32Array.BYTES_PER_ELEMENT))
