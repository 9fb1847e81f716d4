import type { Draft } from './draft.ts'
import type { Region } from './plan.ts'
import { length, type Span } from './span.ts'

/** Where the rows of each microbatch of an activation or of its gradient lie: all columns. */
export type Tensor = (microbatch: number) => Region

/** The microbatches take turns in the slots of a buffer. */
export const inSlots =
  ({ buffers }: Draft, buffer: number, microbatches: readonly Span[]): Tensor =>
  (k) => ({
    buffer,
    slot: k % buffers[buffer].slots,
    rows: { from: 0, to: length(microbatches[k]) },
    columns: { from: 0, to: buffers[buffer].columns },
    version: `microbatch ${k}`,
  })

/** The buffer holds the whole batch, and each sample has its row. */
export const inBatch =
  ({ buffers }: Draft, buffer: number, microbatches: readonly Span[], version: string): Tensor =>
  (k) => ({
    buffer,
    slot: 0,
    rows: microbatches[k],
    columns: { from: 0, to: buffers[buffer].columns },
    version,
  })

/** What all ranks have written of a batch, row by row. */
export const wholeBatch = ({ buffers }: Draft, buffer: number, version: string): Region => ({
  buffer,
  slot: 0,
  rows: { from: 0, to: buffers[buffer].rows },
  columns: { from: 0, to: buffers[buffer].columns },
  version,
})
