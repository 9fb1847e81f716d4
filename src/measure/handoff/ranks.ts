import { extname } from 'node:path'
import { spinOf } from '../session.ts'
import type { Wait } from '../../cells/cell.ts'
import type { Conditions, Part } from './measurement.ts'
import { openThreads, type Threads } from './threads.ts'
import type { Task } from './worker.ts'

const extension = extname(import.meta.url)
/** A module beside this one, as source or compiled. */
export const moduleOf = (name: string): URL => new URL(`./${name}${extension}`, import.meta.url)

/** Threads that play the ranks of a measurement. */
export const openRanks = (count: number, conditions: Conditions): Threads<Task, Part> =>
  openThreads(count, conditions.worker ?? moduleOf('worker'), conditions)

/** How long a rank of so many looks before it sleeps: as long as the ranks of a plan do. */
export const spinMicroseconds = (wait: Wait, threads: number, { cores }: Conditions): number =>
  spinOf(wait, threads > cores)

/**
 * What is as short as the clock's own time is repeated within a try, so that the clock does not count; where threads take
 * turns on a core, it is long enough.
 */
export const repetitions = (wait: Wait, threads: number, { cores }: Conditions): number =>
  wait === 'wait' || threads > cores ? 1 : 16
