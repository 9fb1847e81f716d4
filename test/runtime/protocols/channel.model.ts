import { planGrid } from '../../../src/plan/build/programs.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { ScheduleName } from '../../../src/plan/schedules/index.ts'
import { tinyGrid } from './tiny-grid.ts'

export interface Channel {
  readonly stages: number
  readonly microbatches: number
  /** Of an activation at a boundary. */
  readonly slots: number
  readonly schedule: ScheduleName
}

/**
 * A pipeline of one rank a stage and one layer each: at every boundary an activation goes one way through a bounded
 * channel, and its gradient the other way. The consumer reads a slot in its forward pass, again in its backward pass,
 * and then gives it back.
 */
export const channelPlan = ({ stages, microbatches, slots, schedule }: Channel): Plan =>
  planGrid(tinyGrid(stages, { pp: stages, microbatches, capacity: slots, schedule }))
