import type { Buffer, Counter, Instruction, Region, Signal } from '../plan.ts'
import { length, type Span } from '../span.ts'

/** A plan under construction. Builders add buffers and counters and append instructions to ranks' programs. */
export interface Draft {
  readonly buffers: Buffer[]
  readonly counters: Counter[]
  readonly programs: Instruction[][]
}

export const emptyDraft = (ranks: number): Draft => ({
  buffers: [],
  counters: [],
  programs: Array.from({ length: ranks }, () => []),
})

/** Adds a buffer and returns its index. */
export const addBuffer = (draft: Draft, buffer: Buffer): number => draft.buffers.push(buffer) - 1

/** Adds a counter and returns its index. */
export const addCounter = (draft: Draft, name: string, publisher: number): number =>
  draft.counters.push({ name, publisher }) - 1

/** Adds a counter for each rank to publish. */
export const addCounters = (draft: Draft, name: string, ranks: readonly number[]): number[] =>
  ranks.map((rank) => addCounter(draft, `${name} of rank ${rank}`, rank))

export function emit(draft: Draft, rank: number, ...instructions: readonly Instruction[]): void {
  draft.programs[rank].push(...instructions)
}

/**
 * Appends a dissemination barrier (Hensgen, Finkel and Manber 1988) to the programs of the group. In round k the
 * rank at place i publishes its arrival and awaits the rank 2ᵏ places before it; after ⌈log₂ n⌉ rounds every rank knows,
 * directly or through others, that all have arrived. Each counter has one writer, so a publish is a plain atomic store,
 * and only the ranks that read a counter contend for its cache line.
 */
export function barrier(draft: Draft, name: string, group: readonly number[]): void {
  const size = group.length
  const counters = addCounters(draft, name, group)
  group.forEach((rank, place) => {
    const rounds: Signal[] = []
    for (let distance = 1, round = 1; distance < size; distance *= 2, round++) {
      const before = counters[(place - distance + size) % size]
      rounds.push({ kind: 'publish', counter: counters[place] }, { kind: 'await', counter: before, atLeast: round })
    }
    emit(draft, rank, { op: 'barrier', group, rounds })
  })
}

/**
 * Where each microbatch of an activation or of its gradient lies, with all columns. Instructions share these regions,
 * since a large plan consists of little else.
 */
export type Tensor = readonly Region[]

/** The microbatches take turns in the slots of a buffer. */
export function inSlots({ buffers }: Draft, buffer: number, microbatches: readonly Span[]): Tensor {
  const columns = { from: 0, to: buffers[buffer].columns }
  return microbatches.map((samples, k) => ({
    buffer,
    slot: k % buffers[buffer].slots,
    rows: { from: 0, to: length(samples) },
    columns,
    version: `microbatch ${k}`,
  }))
}

/** The buffer holds the whole batch, with a row for each sample. */
export function inBatch({ buffers }: Draft, buffer: number, microbatches: readonly Span[], version: string): Tensor {
  const columns = { from: 0, to: buffers[buffer].columns }
  return microbatches.map((rows) => ({ buffer, slot: 0, rows, columns, version }))
}
