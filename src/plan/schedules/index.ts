import { gpipe } from './gpipe.ts'
import { interleaved } from './interleaved.ts'
import { oneForwardOneBackward } from './one-forward-one-backward.ts'
import type { Schedule } from './schedule.ts'
import { zeroBubble } from './zero-bubble.ts'

export const schedules = {
  gpipe,
  '1f1b': oneForwardOneBackward,
  interleaved,
  'zero-bubble': zeroBubble,
} as const satisfies Record<string, Schedule>

export type ScheduleName = keyof typeof schedules
