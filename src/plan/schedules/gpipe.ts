import type { Action, Schedule } from './schedule.ts'

/** All forwards, then all backwards (GPipe, Huang et al. 2019): every microbatch is in flight at once. */
export const gpipe: Schedule = (_stage, _stages, microbatches) => [
  ...Array.from({ length: microbatches }, (_, microbatch): Action => ({ pass: 'F', microbatch })),
  ...Array.from({ length: microbatches }, (_, microbatch): Action => ({ pass: 'B', microbatch })),
]
