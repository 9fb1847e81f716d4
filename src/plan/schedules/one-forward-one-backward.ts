import type { Action, Schedule } from './schedule.ts'
export const oneForwardOneBackward: Schedule = (ranks, microbatches) =>
  Array.from({ length: ranks }, (_, stage) => {
    const ahead = Math.min(ranks - stage - 1, microbatches)
    const actions: Action[] = []
    for (let k = 0; k < microbatches + ahead; k++) {
      if (k < microbatches) actions.push({ pass: 'F', stage, microbatch: k })
      if (k >= ahead) actions.push({ pass: 'B', stage, microbatch: k - ahead })
    }
    return actions
  })
