import type { Action, Schedule } from './schedule.ts'

/**
 * ZB-H1 (Qi et al. 2023, "Zero Bubble Pipeline Parallelism"): 1F1B whose backward pass is split in two. The input
 * gradient comes at once, since the stage before waits for it; the weight gradient, which no stage waits for, comes `stage`
 * microbatches later and fills time that would be idle at the end. A stage that runs ahead less holds
 * more microbatches for late W's: every stage has at most `ranks` in flight, as the first stage of 1F1B has.
 * With p ranks, p or more microbatches, and a W that takes no longer than an F or an I, each rank idles
 * (p − 1)(F + I − W) instead of 1F1B's (p − 1)(F + I + W).
 */
export const zeroBubble: Schedule = (ranks, microbatches) =>
  Array.from({ length: ranks }, (_, stage) => {
    const ahead = ranks - stage - 1
    const late = ahead + stage
    const actions: Action[] = []
    for (let k = 0; k < microbatches + late; k++) {
      if (k < microbatches) actions.push({ pass: 'F', stage, microbatch: k })
      if (k >= ahead && k - ahead < microbatches) actions.push({ pass: 'I', stage, microbatch: k - ahead })
      if (k >= late) actions.push({ pass: 'W', stage, microbatch: k - late })
    }
    return actions
  })
