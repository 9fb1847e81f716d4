import { gpipe } from './gpipe.ts'
import { interleaved } from './interleaved.ts'
import { oneForwardOneBackward } from './one-forward-one-backward.ts'
import type { Schedule } from './schedule.ts'
import { zeroBubble } from './zero-bubble.ts'

export type ScheduleName = 'gpipe' | '1f1b' | 'interleaved' | 'zero-bubble'

export const schedules: Readonly<Record<ScheduleName, Schedule>> = {
  gpipe,
  '1f1b': oneForwardOneBackward,
  interleaved,
  'zero-bubble': zeroBubble,
}
