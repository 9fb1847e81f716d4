import type { Action, Schedule } from './schedule.ts'

/**
 * 1F1B (PipeDream-Flush, Narayanan et al. 2021): a stage runs ahead by its distance to the last stage, then
 * alternates. At most `stages − stage` microbatches are in flight, however many there are.
 */
export const oneForwardOneBackward: Schedule = (stage, stages, microbatches) => {
  const ahead = Math.min(stages - stage - 1, microbatches)
  const actions: Action[] = []
  for (let k = 0; k < microbatches + ahead; k++) {
    if (k < microbatches) actions.push({ pass: 'F', microbatch: k })
    if (k >= ahead) actions.push({ pass: 'B', microbatch: k - ahead })
  }
  return actions
}
