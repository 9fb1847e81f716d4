import { PAGE_FLOATS, scratchFloats, type Matrix } from '../kernels/kernel.ts'
import { slotFloats, strideOf } from '../plan/read/bytes.ts'
import { PlanError, SHARED, type Buffer, type Plan, type Region } from '../plan/plan.ts'
import { length, type Span } from '../plan/span.ts'

const FLOATS_PER_MIB = 262144
/** 4 GiB less one page, so that the end of the memory still has a 32-bit address. */
const MOST_PAGES = 65535

/** Where each buffer of a plan begins, in floats from the start of the memory. */
export type Placement = readonly number[]

/** The one memory of a run: what all ranks share, then a region per rank, each large enough for any of the plans. */
export interface Layout {
  readonly pages: number
  /** In the order of the plans. */
  readonly placements: readonly Placement[]
  /** Floats; rank r zeroes its own region before anything is timed. Its kernel's scratch comes first there. */
  readonly regions: readonly Span[]
  /** Floats; scratch for a kernel on the main thread. */
  readonly main: Span
  /** Floats that no buffer takes; as many as `layOut` was asked for. */
  readonly spare: Span
}

/** Buffers with other rows for each batch: they lie in memory once per batch, one behind the other. */
export const movesWithBatch = (buffer: Buffer): boolean =>
  buffer.role === 'features' || buffer.role === 'labels' || buffer.role === 'losses'

/**
 * Places the buffers of all plans of a run. Buffers that move with the batch come first in the shared region, so that
 * they lie at the same place in every plan of one model and batch.
 *
 * @param skew floats by which all buffers are shifted: where they lie relative to pages and cache sets changes their speed
 * @throws PlanError if the plans need more than a WebAssembly memory can hold
 */
export function layOut(plans: readonly Plan[], batches: number, spareFloats = 0, skew = 0): Layout {
  const ranks = Math.max(...plans.map((plan) => plan.programs.length))
  const placements = plans.map((plan) => plan.buffers.map(() => 0))
  const tallest = Math.max(...plans.flatMap((plan) => plan.buffers.map((buffer) => buffer.rows)))
  let end = 0
  /** Places the buffers of one owner, behind those of all owners before it. */
  const place = (owner: number): Span => {
    const start = end
    const from = start + skew + (owner === SHARED ? 0 : scratchFloats(tallest))
    const used = plans.map((plan, p) => {
      let next = from
      plan.buffers.forEach((buffer, index) => {
        if (buffer.owner !== owner || buffer.role === 'message') return
        placements[p][index] = next
        next += (movesWithBatch(buffer) ? batches : buffer.slots) * slotFloats(buffer)
      })
      return next
    })
    end = Math.ceil(Math.max(...used) / PAGE_FLOATS) * PAGE_FLOATS
    return { from: start, to: end }
  }
  place(SHARED)
  const regions = Array.from({ length: ranks }, (_, rank) => place(rank))
  const main = { from: end, to: end + scratchFloats(tallest) }
  const spare = { from: main.to, to: main.to + spareFloats }
  const pages = Math.ceil(spare.to / PAGE_FLOATS)
  if (pages > MOST_PAGES) {
    const mebibytes = Math.ceil(spare.to / FLOATS_PER_MIB)
    throw new PlanError(
      `the model, the batches and ${ranks} ranks need ${mebibytes} MiB of shared memory; at most 4095 MiB are possible`,
    )
  }
  return { pages, placements, regions, main, spare }
}

/** Reserves the memory, lazily. Threads that it is sent to share every byte of it. */
export const allocate = (layout: Layout): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages, shared: true })

/** A region of a buffer that begins at float `at`. */
export function matrixOf(
  at: number,
  buffer: Buffer,
  { slot, rows, columns }: Omit<Region, 'buffer' | 'version'>,
): Matrix {
  const stride = strideOf(buffer)
  const offset = at + slot * slotFloats(buffer) + rows.from * stride + columns.from
  return { offset, rows: length(rows), columns: length(columns), stride }
}

/** The first rows of a buffer's slot 0. */
const rowsOf = (at: number, buffer: Buffer, rows: number): Matrix =>
  matrixOf(at, buffer, { slot: 0, rows: { from: 0, to: rows }, columns: { from: 0, to: buffer.columns } })

/** Copies a matrix without padding into a buffer's slot 0, and back out of it. */
export const writeRows = (floats: Float32Array, at: number, buffer: Buffer, values: Float32Array): void =>
  copyIn(floats, rowsOf(at, buffer, values.length / buffer.columns), values)

export const readRows = (floats: Float32Array, at: number, buffer: Buffer, rows: number): Float32Array =>
  copyOut(floats, rowsOf(at, buffer, rows))

/** Copies a matrix into an array of its own, and back. */
export function copyOut(floats: Float32Array, { offset, rows, columns, stride }: Matrix): Float32Array {
  const values = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const start = offset + row * stride
    values.set(floats.subarray(start, start + columns), row * columns)
  }
  return values
}

export function copyIn(floats: Float32Array, { offset, rows, columns, stride }: Matrix, values: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    floats.set(values.subarray(row * columns, (row + 1) * columns), offset + row * stride)
  }
}
