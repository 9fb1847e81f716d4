import { fieldsOf } from '../../cells/dimensions.ts'
import type { Fields } from '../../cells/dimension.ts'
import type { Outcome } from '../../measure/outcome.ts'
import type { Interval } from '../../measure/statistics.ts'
import type { Summary } from '../../measure/summary.ts'
import { neediest } from '../../plan/read/memory.ts'
import { formatDuration } from './format.ts'
import { spokenLabel, splitLabel } from '../../cells/labels.ts'

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

/** A speed-up, and the shares of all threads' time: useful, extra and waiting sum to 1. */
export interface Gain {
  readonly summary: Summary
  readonly speedup: number
  readonly interval: Interval
  /** Serial's work: speed-up / threads. */
  readonly useful: number
  /** Work that serial does not have, or does faster. */
  readonly extra: number
  /** The part of `extra` that adds gradients. */
  readonly adding: number
  readonly waiting: number
}

export type Measured = Split & { readonly gain: Gain }

export const isMeasured = (split: Split): split is Measured => split.gain !== undefined

/** The cell that the others are compared with. */
export const serialOf = (outcomes: readonly Outcome[]): Outcome | undefined =>
  outcomes.find(({ cell }) => cell.mode === 'serial' && !cell.again)

export const threadsOf = ({ cell }: Pick<Outcome, 'cell'>): number => cell.plan.programs.length

/** The splits on a thread count, the fastest first and those without a result last; the textbook's first where equal. */
export function splitsOf(outcomes: readonly Outcome[], threads: number): Split[] {
  const comparable = serialOf(outcomes)?.status === 'ok'
  return outcomes
    .filter((outcome) => threadsOf(outcome) === threads)
    .map((outcome): Split => {
      const fields = fieldsOf(outcome.cell)
      return {
        outcome,
        fields,
        label: splitLabel(fields),
        spoken: spokenLabel(fields),
        bytes: neediest(outcome.cell.plan).bytes,
        gain: comparable && outcome.status === 'ok' ? gainOf(outcome) : undefined,
      }
    })
    .sort((a, b) => shownSpeedup(b) - shownSpeedup(a) || Number(isTextbook(b)) - Number(isTextbook(a)))
}

function gainOf(outcome: Outcome): Gain | undefined {
  const { summary, visits } = outcome
  const { speedup, speedupInterval: interval } = summary ?? {}
  if (!summary || speedup === undefined || !interval) return undefined
  const waiting = summary.bubbleFraction
  // A smaller part may fit a cache, and the speed-up then exceeds the busy time.
  const useful = Math.min(speedup / threadsOf(outcome), 1 - waiting)
  const extra = 1 - useful - waiting
  return { summary, speedup, interval, useful, extra, adding: Math.min(extra, reducingShare(visits)), waiting }
}

/** The share of all threads' time that goes to adding gradients. */
function reducingShare(visits: Outcome['visits']): number {
  let reducing = 0
  let whole = 0
  for (const { stepNs, warmUp, ranks } of visits) {
    whole += ranks.length * stepNs.slice(warmUp).reduce((sum, ns) => sum + ns, 0)
    for (const { ledger } of ranks) reducing += ledger.get('reduce') ?? 0
  }
  return whole === 0 ? 0 : reducing / whole
}

const shownSpeedup = ({ gain }: Split): number => (gain ? Number(gain.speedup.toFixed(2)) : -1)

/** Replicas that add their gradients. */
export const isTextbook = ({ fields }: Split): boolean => fields.mode === 'data' && fields.reduction === 'direct'

/** Picks the best of each kind, then the splits without a result, then the fastest others. */
export function shownSplits(splits: readonly Split[], most: number): Split[] {
  const kindOf = ({ fields }: Split) => `${fields.mode} ${fields.mode === 'data' ? fields.reduction : ''}`
  const best = splits.filter((split, i) => splits.findIndex((other) => kindOf(other) === kindOf(split)) === i)
  const ranked = new Set([...best, ...splits.filter(({ gain }) => !gain), ...splits])
  const shown = [...ranked].slice(0, most)
  return splits.filter((split) => shown.includes(split))
}

/** Why there is no speed-up. */
export function withoutResult({ status, summary, findings }: Outcome): string {
  if (status === 'mismatch') return 'no result: its weights differ from serial’s'
  if (status === 'not-finite') return 'no result: a weight is infinite or not a number'
  if (status === 'impossible') return `no result: ${findings.errors.join('; ')}`
  if (!summary) return 'not measured'
  return `${formatDuration(summary.medianNs)} a step, but one thread has no result to compare it with`
}
