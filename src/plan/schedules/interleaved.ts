import { oneForwardOneBackward } from './one-forward-one-backward.ts'
import type { Action, Schedule } from './schedule.ts'

/**
 * Interleaved 1F1B (Narayanan et al. 2021, "Efficient Large-Scale Language Model Training on GPU Clusters", as in
 * Megatron-LM): each rank holds several chunks of layers and passes a group of `ranks` microbatches through one after
 * the other, so that a pipeline fills and drains in 1/chunks of the time.
 *
 * The published order wants whole groups; with a smaller last one it can deadlock. So the last group is filled up,
 * and what was added is left out of the rows: microbatches need nothing of each other, hence an order that works for
 * all of them works for any part of them.
 */
export const interleaved: Schedule = (ranks, microbatches, chunks) => {
  // With one chunk, twice the warm-up of 1F1B would take twice its memory and save no time.
  if (chunks === 1) return oneForwardOneBackward(ranks, microbatches, chunks)
  const groups = Math.ceil(microbatches / ranks)
  const turns = groups * ranks * chunks

  return Array.from({ length: ranks }, (_, rank) => {
    const ahead = 2 * (ranks - rank - 1) + (chunks - 1) * ranks
    /** All ranks take chunks and microbatches in the same order; the backwards begin with the last chunk. */
    const turn = (pass: 'F' | 'B', i: number): Action => {
      const group = Math.floor(i / (ranks * chunks))
      const nth = Math.floor(i / ranks) % chunks
      const chunk = pass === 'F' ? nth : chunks - 1 - nth
      return { pass, stage: chunk * ranks + rank, microbatch: group * ranks + (i % ranks) }
    }
    const actions: Action[] = []
    for (let i = 0; i < turns + ahead; i++) {
      if (i < turns) actions.push(turn('F', i))
      if (i >= ahead) actions.push(turn('B', i - ahead))
    }
    return actions.filter(({ microbatch }) => microbatch < microbatches)
  })
}
