import type { Action, Pass, Schedule } from './schedule.ts'

/** All forwards, then all backwards (GPipe, Huang et al. 2019): every microbatch is in flight at once. */
export const gpipe: Schedule = (ranks, microbatches) =>
  Array.from({ length: ranks }, (_rank, stage) => {
    const all = (pass: Pass) =>
      Array.from({ length: microbatches }, (_, microbatch): Action => ({ pass, stage, microbatch }))
    return [...all('F'), ...all('B')]
  })
