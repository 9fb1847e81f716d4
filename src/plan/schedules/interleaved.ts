import { oneForwardOneBackward } from './one-forward-one-backward.ts'
import type { Action, Schedule } from './schedule.ts'

/**
 * Interleaved 1F1B (Narayanan et al. 2021, "Efficient Large-Scale Language Model Training on GPU Clusters", as in
 * Megatron-LM): each rank holds several chunks of layers and passes a group of `ranks` microbatches through one chunk
 * after the other, so that the pipeline fills and drains in 1/chunks of the time.
 *
 * The published order needs whole groups; a smaller last group can deadlock. So the last group is filled up, and the
 * microbatches added are left out of the rows: microbatches are independent, so an order that works for all of them works
 * for any subset.
 */
export const interleaved: Schedule = (ranks, microbatches, chunks) => {
  // With one chunk, this order would take twice the memory of 1F1B and save no time.
  if (chunks === 1) return oneForwardOneBackward(ranks, microbatches, chunks)
  const groups = Math.ceil(microbatches / ranks)
  const turns = groups * ranks * chunks

  return Array.from({ length: ranks }, (_, rank) => {
    const ahead = 2 * (ranks - rank - 1) + (chunks - 1) * ranks
    /** All ranks take chunks and microbatches in the same order; backward passes begin with the last chunk. */
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
