import { fieldsOf } from '../../cells/dimensions.ts'
import { isAgain } from '../../cells/cell.ts'
import type { Outcome } from '../../measure/outcome.ts'
import type { Interval } from '../../measure/statistics.ts'
import type { Summary } from '../../measure/summary.ts'
import { neediest } from '../../plan/read/memory.ts'
import type { Fields } from '../../cells/dimension.ts'
import { formatDuration } from './format.ts'
import { spokenLabel, splitLabel } from '../../cells/labels.ts'
import { timeShares, type TimeShares } from './shares.ts'

/** A way to split the step, measured on one thread count. */
export interface Split {
  readonly outcome: Outcome
  readonly fields: Fields
  readonly label: string
  readonly spoken: string
  /** The most that one of its threads needs. */
  readonly bytes: number
  /** Undefined if there is no sound speed-up. */
  readonly gain: Gain | undefined
}

export type Measured = Split & { readonly gain: Gain }

export interface Gain {
  readonly summary: Summary
  readonly speedup: number
  readonly interval: Interval
  readonly shares: TimeShares
}

/** The cell that the others are compared with. */
export const serialOf = (outcomes: readonly Outcome[]): Outcome | undefined =>
  outcomes.find(({ cell }) => cell.mode === 'serial' && !isAgain(cell.name))

export const threadsOf = ({ cell }: Outcome): number => cell.plan.programs.length

/** The splits on a thread count, the fastest first and those without a result last; the textbook's first where equal. */
export function splitsOf(outcomes: readonly Outcome[], threads: number): Split[] {
  const comparable = serialOf(outcomes)?.status === 'ok'
  return outcomes
    .filter((outcome) => threadsOf(outcome) === threads)
    .map((outcome) => splitOf(outcome, comparable))
    .sort((a, b) => shownSpeedup(b) - shownSpeedup(a) || Number(isTextbook(b)) - Number(isTextbook(a)))
}

function splitOf(outcome: Outcome, comparable: boolean): Split {
  const { cell, summary, status } = outcome
  const fields = fieldsOf(cell)
  const { speedup, speedupInterval: interval } = summary ?? {}
  const sound = comparable && status === 'ok' && summary && speedup !== undefined && interval
  return {
    outcome,
    fields,
    label: splitLabel(fields),
    spoken: spokenLabel(fields),
    bytes: neediest(cell.plan).bytes,
    gain: sound ? { summary, speedup, interval, shares: timeShares(speedup, threadsOf(outcome), summary) } : undefined,
  }
}

const shownSpeedup = ({ gain }: Split): number => (gain ? Number(gain.speedup.toFixed(2)) : -1)

/** Replicas that add their gradients. */
export const isTextbook = ({ fields }: Split): boolean => fields.mode === 'data' && fields.reduction === 'direct'

/** Picks the best of each kind, then the splits without a result, then the fastest others. */
export function shownSplits(splits: readonly Split[], most: number): Split[] {
  const kindOf = ({ fields }: Split) => `${fields.mode} ${fields.mode === 'data' ? fields.reduction : ''}`
  const best = splits.filter((split, i) => splits.findIndex((other) => kindOf(other) === kindOf(split)) === i)
  const ranked = [...best, ...splits.filter(({ gain }) => !gain), ...splits]
  const shown = new Set([...new Set(ranked)].slice(0, most))
  return splits.filter((split) => shown.has(split))
}

/** Why there is no speed-up. */
export function withoutResult({ status, summary, findings }: Outcome): string {
  switch (status) {
    case 'mismatch':
      return 'no result: its weights differ from serial’s'
    case 'not-finite':
      return 'no result: a weight is infinite or not a number'
    case 'impossible':
      return `no result: ${findings.errors.join('; ')}`
    default:
      return summary
        ? `${formatDuration(summary.medianNs)} a step, but one thread has no result to compare it with`
        : 'not measured'
  }
}
