import { fieldsOf } from '../../cells/dimensions.ts'
import { isSound, serialOf, type Outcome } from '../../measure/outcome.ts'
import { neediest } from '../../plan/read/memory.ts'
import { formatDuration, formatInterval, inMib, percent } from './format.ts'
import { spokenLabel, splitLabel } from '../../cells/labels.ts'
import { plainTable, type TextColumn } from './text-table.ts'
import { red, shortened, widthOf, wrapped } from './wrap.ts'

/** A way to split the step, measured on one thread count. */
export type Split = ReturnType<typeof splitOf>
type Gain = NonNullable<Split['gain']>
export type Measured = Split & { readonly gain: Gain }

export const isMeasured = (split: Split): split is Measured => split.gain !== undefined

export const threadsOf = ({ cell }: Pick<Outcome, 'cell'>): number => cell.plan.programs.length

/** The splits on a thread count, the fastest first and those without a result last; the textbook's first where equal. */
export function splitsOf(outcomes: readonly Outcome[], threads: number): Split[] {
  const isComparable = serialOf(outcomes)?.status === 'ok'
  return outcomes
    .filter((outcome) => threadsOf(outcome) === threads)
    .map((outcome) => splitOf(outcome, isComparable))
    .sort((a, b) => shownSpeedup(b) - shownSpeedup(a) || Number(isTextbook(b)) - Number(isTextbook(a)))
}

function splitOf(outcome: Outcome, isComparable: boolean) {
  const { cell, status } = outcome
  const fields = fieldsOf(cell)
  return {
    outcome,
    fields,
    label: splitLabel(fields),
    spoken: spokenLabel(fields),
    /** The most that one of its threads needs. */
    bytes: neediest(cell.plan).bytes,
    /** Undefined if there is no sound speed-up. */
    gain: isComparable && status === 'ok' ? gainOf(outcome) : undefined,
  }
}

/** A speed-up, and the shares of all threads' time: useful, extra and waiting sum to 1. */
function gainOf(outcome: Outcome) {
  const { summary, visits } = outcome
  const { speedup, speedupInterval: interval } = summary ?? {}
  if (!summary || speedup === undefined) return undefined
  const waiting = summary.bubbleFraction
  // Serial's work. A smaller part may fit a cache, and the speed-up then exceeds the busy time.
  const useful = Math.min(speedup / threadsOf(outcome), 1 - waiting)
  // Work that serial does not have, or does faster, and the part of it that adds gradients.
  const extra = 1 - useful - waiting
  const adding = Math.min(extra, reducingShare(visits))
  return { summary, speedup, interval, useful, extra, adding, waiting }
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

const WIDEST_BAR = 20
const NARROWEST_BAR = 5
const GAP = '  '

const HEADING = 'useful #  extra +  waiting .'
const LEGEND = '# useful, + extra work, . waiting: of all threads’ time.'

/**
 * Levels of detail, of which the first that fits is taken: whether there are intervals, and words: units beside the
 * numbers and the bar's meaning above it, which takes 28 columns of bar and waiting.
 */
const FORMS = [
  { interval: true, words: true, narrowestBar: 18 },
  { interval: true, words: false, narrowestBar: 8 },
  { interval: false, words: false, narrowestBar: NARROWEST_BAR },
  { interval: false, words: false, narrowestBar: -Infinity },
]

/**
 * A row per split: how many times as fast, what all threads' time goes to, and the memory of a thread.
 *
 * @param minima whether the fastest steps stand beside the medians
 */
export function splitLines(splits: readonly Split[], width: number, minima: boolean): string[] {
  const labelWidth = Math.max('split'.length, ...splits.map(({ label }) => widthOf(label)))
  const rows = splits.map((split) => ({ ...split, label: split.label.padEnd(labelWidth) }))
  return [
    ...tableLines(rows.filter(isMeasured), width, minima),
    ...rows
      .filter(({ gain }) => !gain)
      .flatMap(({ label, outcome }) => {
        const lines = wrapped(withoutResult(outcome), width, labelWidth + GAP.length, label + GAP)
        return isSound(outcome) ? lines : lines.map(red)
      }),
    ...(minima && rows.some(isMeasured)
      ? wrapped('fastest: the same by the fastest steps, which other programs disturb least.', width, 2)
      : []),
  ]
}

function tableLines(rows: readonly Measured[], width: number, minima: boolean): string[] {
  if (rows.length === 0) return []
  for (const form of FORMS) {
    const draw = (bar: number) => plainTable(rows, columnsOf(rows, form, minima, bar), Infinity).split('\n')
    const room = Math.min(WIDEST_BAR, width - widthOf(draw(0)[0]) - GAP.length)
    if (room < form.narrowestBar) continue
    const bar = room < NARROWEST_BAR ? 0 : room
    const legend = bar === 0 || form.words ? [] : [LEGEND]
    return [...draw(bar).map((line) => shortened(line, width)), ...legend.flatMap((line) => wrapped(line, width, 2))]
  }
  return []
}

/** @param bar the width of the bar, or 0 */
function columnsOf(
  rows: readonly Measured[],
  { interval, words }: (typeof FORMS)[number],
  minima: boolean,
  bar: number,
): TextColumn<Measured>[] {
  const waitOf = ({ gain }: Measured) => percent(gain.waiting) + (words ? ' wait' : '')
  const waitWidth = Math.max(words ? 0 : 'wait'.length, ...rows.map((row) => widthOf(waitOf(row))))
  const beside = (parts: string, wait: string) => (bar === 0 ? '' : parts + GAP) + wait.padStart(waitWidth)
  const wordless = beside('# + .'.padEnd(bar), 'wait')
  const minimum = ({ gain }: Measured) => gain.summary.speedupOfMinima?.toFixed(2) ?? ''
  const speedupOf = ({ outcome, gain: { speedup, interval: both } }: Measured) =>
    (outcome.differs === true ? '' : '≈ ') + (interval ? formatInterval(speedup, both) : speedup.toFixed(2))
  return [
    ['split', ({ label }) => label, 'left'],
    [interval ? 'times as fast' : 'times', speedupOf],
    ...(minima ? [['fastest', minimum] as const] : []),
    [words ? (bar === 0 ? '' : HEADING) : wordless, (row) => beside(timeBar(row.gain, bar), waitOf(row)), 'left'],
    [words ? 'MiB/thread' : 'MiB', ({ bytes }) => inMib(bytes)],
  ]
}

/** The shares as `width` characters: `#` useful, `+` extra, `.` waiting. */
function timeBar({ useful, extra, waiting }: Gain, width: number): string {
  const counts = [useful, extra, waiting].map((share) => Math.round(share * width))
  // The longest part absorbs the rounding error.
  counts[counts.indexOf(Math.max(...counts))] += width - counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count, i) => '#+.'[i].repeat(count)).join('')
}
