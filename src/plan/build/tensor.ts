import type { Draft } from './draft.ts'
import type { Region } from '../plan.ts'
import { length, type Span } from '../span.ts'

/** Where each microbatch of an activation or of its gradient lies, with all columns. */
export type Tensor = (microbatch: number) => Region

/** The microbatches take turns in the slots of a buffer. */
export function inSlots({ buffers }: Draft, buffer: number, microbatches: readonly Span[]): Tensor {
  const { slots, columns } = buffers[buffer]
  const all = { from: 0, to: columns }
  return named(
    microbatches.map((samples, k) => ({
      buffer,
      slot: k % slots,
      rows: { from: 0, to: length(samples) },
      columns: all,
      version: `microbatch ${k}`,
    })),
  )
}

/** The buffer holds the whole batch, with a row for each sample. */
export function inBatch({ buffers }: Draft, buffer: number, microbatches: readonly Span[], version: string): Tensor {
  const columns = { from: 0, to: buffers[buffer].columns }
  return named(microbatches.map((rows) => ({ buffer, slot: 0, rows, columns, version })))
}

/** Instructions share equal regions, since a large plan consists of little else. */
const named =
  (regions: readonly Region[]): Tensor =>
  (k) =>
    regions[k]

/** All rows of a buffer of the whole batch. */
export const wholeBatch = ({ buffers }: Draft, buffer: number, version: string): Region => ({
  buffer,
  slot: 0,
  rows: { from: 0, to: buffers[buffer].rows },
  columns: { from: 0, to: buffers[buffer].columns },
  version,
})
