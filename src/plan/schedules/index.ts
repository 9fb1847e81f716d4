import { gpipe } from './gpipe.ts'
import { oneForwardOneBackward } from './one-forward-one-backward.ts'
import { zeroBubble } from './zero-bubble.ts'
import type { Schedule } from './schedule.ts'
export type ScheduleName = 'gpipe' | '1f1b' | 'interleaved' | 'zero-bubble'
export const schedules: Readonly<Record<ScheduleName, Schedule>> = {
  gpipe,
  '1f1b': oneForwardOneBackward,
  interleaved: oneForwardOneBackward,
  'zero-bubble': zeroBubble,
}
