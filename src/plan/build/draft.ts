import type { Buffer, Counter, Instruction, Signal } from '../plan.ts'

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
  const counters = group.map((rank) => addCounter(draft, `${name} of rank ${rank}`, rank))
  group.forEach((rank, place) => {
    const rounds: Signal[] = []
    for (let distance = 1, round = 1; distance < size; distance *= 2, round++) {
      const before = counters[(place - distance + size) % size]
      rounds.push({ kind: 'publish', counter: counters[place] }, { kind: 'await', counter: before, atLeast: round })
    }
    emit(draft, rank, { op: 'barrier', group, rounds })
  })
}
