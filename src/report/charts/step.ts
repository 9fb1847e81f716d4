import { groupBy } from '../../measure/statistics.ts'
import { BUCKETS, isWait, type Bucket } from '../../measure/ledger.ts'
import type { TraceEvent } from '../rows/trace.ts'
import type { Work } from './theme.ts'

/** One kind of work of a rank, in microseconds from the beginning of the step. */
interface Span {
  readonly rank: number
  readonly work: Work
  readonly from: number
  readonly to: number
}

const spanOf = ({ tid: rank, ts: from = 0, dur = 0 }: TraceEvent) => ({ rank, from, to: from + dur })

const workOf = ({ name, cat }: TraceEvent): Work | undefined => {
  if (!BUCKETS.includes(cat as Bucket)) return undefined
  // The event of an instruction is named by its op and layer.
  return name.startsWith('pack ') ? 'pack' : (cat as Bucket)
}

export type Step = ReturnType<typeof stepOf>

/** The step that a process of the trace shows: its length in microseconds, and what its ranks do. */
export function stepOf(process: readonly TraceEvent[]) {
  const events = process.filter(({ ph }) => ph === 'X')
  return {
    // Math.max takes fewer arguments than a long step has events.
    length: events.reduce((last, event) => Math.max(last, spanOf(event).to), 0),
    ranks: events.reduce((most, { tid }) => Math.max(most, tid + 1), 0),
    /** Rank by rank. */
    spans: events.flatMap((event): Span[] => {
      const work = workOf(event)
      return work ? [{ ...spanOf(event), work }] : []
    }),
    passes: events
      .filter(({ cat }) => cat === 'pass')
      // Passes are named "F 3": the pass and its microbatch.
      .map((event) => ({ ...spanOf(event), microbatch: event.name.slice(event.name.indexOf(' ') + 1) })),
  }
}

/**
 * The spans of every rank. Those of the same work less than `gap` microseconds apart are joined, and those shorter than
 * `gap` left out. Until a rank begins, it has not left the barrier before the step.
 */
export function spansOf({ spans }: Step, gap: number): Span[] {
  const joined: Span[] = []
  for (const span of spans) {
    const { rank, work, from, to } = span
    const last = joined.at(-1)
    if (last?.rank !== rank) joined.push({ rank, work: 'wait-barrier', from: 0, to: from }, span)
    else if (last.work === work && from - last.to < gap) joined[joined.length - 1] = { ...last, to }
    else joined.push(span)
  }
  return joined.filter(({ from, to }) => to - from >= gap)
}

/** Waits interrupt a pass; its label goes to the longest stretch of work. A pause this share of a label does not count. */
const PAUSE_PER_LABEL = 0.2

/**
 * The microbatch of every pass with at least `room` microseconds for its label, when to write it, and the work that it is
 * written on; none if there is only one microbatch.
 */
export function passLabels({ spans, passes }: Step, room: number) {
  if (new Set(passes.map(({ microbatch }) => microbatch)).size < 2) return []
  const working = spans.filter(({ work }) => work === 'pack' || (work !== 'other' && !isWait(work)))
  const byRank = groupBy(working, ({ rank }) => String(rank))
  return passes.flatMap(({ rank, microbatch, ...pass }) => {
    const own = (byRank.get(String(rank)) ?? []).filter(({ from, to }) => from >= pass.from && to <= pass.to)
    const { from, to } = longestStretch(own, room * PAUSE_PER_LABEL)
    if (to - from < room) return []
    const at = (from + to) / 2
    return [{ rank, label: microbatch, at, on: own.findLast((span) => span.from <= at)!.work }]
  })
}

function longestStretch(spans: readonly Span[], pause: number): { from: number; to: number } {
  let longest = { from: 0, to: 0 }
  let current = longest
  for (const { from, to } of spans) {
    current = { from: current.to > 0 && from - current.to <= pause ? current.from : from, to }
    if (current.to - current.from > longest.to - longest.from) longest = current
  }
  return longest
}
