import type { Action, Schedule } from './schedule.ts'

/**
 * 1F1B (PipeDream-Flush, Narayanan et al. 2021): a stage runs ahead by its distance to the last stage, then alternates.
 * At most `ranks − stage` microbatches are in flight, whatever their number.
 */
export const oneForwardOneBackward: Schedule = (ranks, microbatches) =>
  Array.from({ length: ranks }, (_, stage) => {
    const ahead = ranks - stage - 1
    const actions: Action[] = []
    for (let k = 0; k < microbatches + ahead; k++) {
      if (k < microbatches) actions.push({ pass: 'F', stage, microbatch: k })
      if (k >= ahead) actions.push({ pass: 'B', stage, microbatch: k - ahead })
    }
    return actions
  })
