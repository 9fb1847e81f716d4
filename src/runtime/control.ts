import { COUNTER_CELLS, createCounters } from './counter.ts'

/** What ranks and main thread share besides the tensors. */
export interface Control {
  readonly counters: Int32Array
  /** A line of COUNTER_CELLS cells per rank says where the rank is. */
  readonly lines: Int32Array
}

/** Cells of a line: step and instruction, written at every instruction boundary, … */
export const STEP = 0
export const INSTRUCTION = 1
/** … and the number of the order that the rank's thread has taken. */
export const TICKET = 2

/** The value of a cell while there is no step, no instruction or no order. */
export const NONE = -1

export const createControl = (ranks: number, counters: number): Control => ({
  counters: createCounters(Math.max(1, counters)),
  lines: createCounters(ranks),
})

/** Before ranks get an order: counters at zero, no rank in a step. */
export function reset({ counters, lines }: Control): void {
  counters.fill(0)
  lines.fill(NONE)
}

/** The rank whose thread has taken an order; undefined if none has yet. */
export function rankWithTicket({ lines }: Control, ticket: number): number | undefined {
  for (let rank = 0; rank * COUNTER_CELLS < lines.length; rank++) {
    if (lines[rank * COUNTER_CELLS + TICKET] === ticket) return rank
  }
  return undefined
}

export const lineOf = ({ lines }: Control, rank: number): Int32Array =>
  lines.subarray(rank * COUNTER_CELLS, (rank + 1) * COUNTER_CELLS)
