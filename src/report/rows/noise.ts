import type { Column } from '../../cells/columns.ts'

/** A component of variance. */
export interface NoiseRow {
  readonly runId: string
  /** A cell, or the ratio of two. */
  readonly what: string
  readonly level: string
  /** Of the logarithm of a step's time, or of a ratio. */
  readonly variance: number
}

export const NOISE_COLUMNS: readonly Column<NoiseRow>[] = [
  ['run_id', ({ runId }) => runId],
  ['what', ({ what }) => what, 'a cell, or the ratio of two'],
  ['level', ({ level }) => level, 'minute, process, session, block (a quarter of a session’s steps) or step'],
  ['variance', ({ variance }) => variance, 'what the level adds of its own to the variance of the logarithm'],
  ['sd', ({ variance }) => Math.sqrt(variance), 'its square root: about a share of the time'],
]
