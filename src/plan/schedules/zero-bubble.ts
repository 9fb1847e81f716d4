import type { Action, Schedule } from './schedule.ts'
export const zeroBubble: Schedule = (ranks, microbatches) =>
  Array.from({ length: ranks }, (_, stage) => {
    const ahead = Math.min(ranks - stage - 1, microbatches)
    const actions: Action[] = []
    let weights = 0
    for (let k = 0; k < microbatches + ahead; k++) {
      if (k < microbatches) actions.push({ pass: 'F', stage, microbatch: k })
      if (k >= ahead) actions.push({ pass: 'I', stage, microbatch: k - ahead })
      if (k >= ahead + stage) actions.push({ pass: 'W', stage, microbatch: weights++ })
    }
    while (weights < microbatches) actions.push({ pass: 'W', stage, microbatch: weights++ })
    return actions
  })
