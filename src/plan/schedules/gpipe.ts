import type { Action, Schedule } from './schedule.ts'
export const gpipe: Schedule = (ranks, microbatches) =>
  Array.from({ length: ranks }, (_, stage) => [
    ...Array.from({ length: microbatches }, (__, microbatch): Action => ({ pass: 'F', stage, microbatch })),
    ...Array.from({ length: microbatches }, (__, microbatch): Action => ({ pass: 'B', stage, microbatch })),
  ])
