import type { Action, Pass, Schedule } from './schedule.ts'

/**
 * A schedule of one stage per rank. Each pass takes the microbatches in turn, some turns behind the first F, as `lagsOf`
 * says.
 */
const staggered =
  (lagsOf: (stage: number, ranks: number, microbatches: number) => readonly (readonly [Pass, number])[]): Schedule =>
  (ranks, microbatches) =>
    Array.from({ length: ranks }, (_, stage) => {
      const lags = lagsOf(stage, ranks, microbatches)
      const turns = microbatches + Math.max(...lags.map(([, lag]) => lag))
      const actions: Action[] = []
      for (let turn = 0; turn < turns; turn++) {
        for (const [pass, lag] of lags) {
          const microbatch = turn - lag
          if (microbatch >= 0 && microbatch < microbatches) actions.push({ pass, stage, microbatch })
        }
      }
      return actions
    })

/** All forwards, then all backwards (GPipe, Huang et al. 2019): every microbatch is in flight at once. */
const gpipe = staggered((_stage, _ranks, microbatches) => [
  ['F', 0],
  ['B', microbatches],
])

/**
 * 1F1B (PipeDream-Flush, Narayanan et al. 2021): a stage runs ahead by its distance to the last stage, then alternates.
 * At most `ranks − stage` microbatches are in flight, whatever their number.
 */
const oneForwardOneBackward = staggered((stage, ranks) => [
  ['F', 0],
  ['B', ranks - stage - 1],
])

/**
 * ZB-H1 (Qi et al. 2023, "Zero Bubble Pipeline Parallelism"): 1F1B whose backward pass is split in two. The input
 * gradient comes at once, since the stage before waits for it; the weight gradient, which no stage waits for, comes `stage`
 * microbatches later and fills time that would be idle at the end. A stage that runs ahead less holds
 * more microbatches for late W's: every stage has at most `ranks` in flight, as the first stage of 1F1B has.
 * With p ranks, p or more microbatches, and a W that takes no longer than an F or an I, each rank idles
 * (p − 1)(F + I − W) instead of 1F1B's (p − 1)(F + I + W).
 */
const zeroBubble = staggered((stage, ranks) => [
  ['F', 0],
  ['I', ranks - stage - 1],
  ['W', ranks - 1],
])

/**
 * Interleaved 1F1B (Narayanan et al. 2021, "Efficient Large-Scale Language Model Training on GPU Clusters", as in
 * Megatron-LM): each rank holds several chunks of layers and passes a group of `ranks` microbatches through one chunk
 * after the other, so that the pipeline fills and drains in 1/chunks of the time.
 *
 * The published order needs whole groups; a smaller last group can deadlock. So the last group is filled up, and the
 * microbatches added are left out of the rows: microbatches are independent, so an order that works for all of them works
 * for any subset.
 */
const interleaved: Schedule = (ranks, microbatches, chunks) => {
  // With one chunk, this order would take twice the memory of 1F1B and save no time.
  if (chunks === 1) return oneForwardOneBackward(ranks, microbatches, chunks)
  const turns = Math.ceil(microbatches / ranks) * ranks * chunks

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

export const schedules = {
  gpipe,
  '1f1b': oneForwardOneBackward,
  interleaved,
  'zero-bubble': zeroBubble,
} as const satisfies Record<string, Schedule>

export type ScheduleName = keyof typeof schedules
