import { FEWEST_SESSIONS } from '../../measure/effort.ts'

/** "a look: 3 sessions" of a run with too few for a result; empty with enough, or without any. */
export const lookOf = (sessions: number): string[] =>
  sessions === 0 || sessions >= FEWEST_SESSIONS
    ? []
    : [`a\u00a0look:\u00a0${sessions}\u00a0${sessions === 1 ? 'session' : 'sessions'}`]
