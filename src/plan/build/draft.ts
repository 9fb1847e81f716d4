import type { Buffer, Counter, Instruction } from '../plan.ts'

/** A plan in the making. Builders add buffers and counters and append instructions to ranks' programs. */
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

/** Adds a buffer and gives its index. */
export const addBuffer = (draft: Draft, buffer: Buffer): number => draft.buffers.push(buffer) - 1

/** Adds a counter and gives its index. */
export const addCounter = (draft: Draft, name: string, publisher: number): number =>
  draft.counters.push({ name, publisher }) - 1

export function emit(draft: Draft, rank: number, ...instructions: readonly Instruction[]): void {
  draft.programs[rank].push(...instructions)
}
