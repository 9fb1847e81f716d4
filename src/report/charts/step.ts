import { BUCKETS, isWait, type Bucket } from '../../measure/ledger.ts'
import type { TraceEvent } from '../rows/trace.ts'
import { groupBy } from './run-data.ts'
import type { Work } from './theme.ts'

/** One kind of work of a rank, in microseconds from the beginning of the step. */
export interface Span {
  readonly rank: number
  readonly work: Work
  readonly from: number
  readonly to: number
}

/** The number of a microbatch, the time at which to write it, and the work that it is written on. */
export interface PassLabel {
  readonly rank: number
  readonly label: string
  readonly at: number
  readonly on: Work
}

export interface Step {
  /** Microseconds. */
  readonly length: number
  readonly ranks: number
  /** Of instructions, rank by rank. */
  readonly spans: readonly Span[]
  /** Passes on a microbatch. */
  readonly passes: readonly (Omit<Span, 'work'> & { readonly microbatch: string })[]
}

const workOf = ({ name, cat }: TraceEvent): Work | undefined => {
  if (!BUCKETS.includes(cat as Bucket)) return undefined
  // The event of an instruction is named by its op and layer.
  return name.startsWith('pack ') ? 'pack' : (cat as Bucket)
}

/** The step that a process of the trace shows. */
export function stepOf(process: readonly TraceEvent[]): Step {
  const events = process
    .filter(({ ph }) => ph === 'X')
    .map((event) => ({ event, span: { rank: event.tid, from: event.ts ?? 0, to: (event.ts ?? 0) + (event.dur ?? 0) } }))
  return {
    // Math.max takes fewer arguments than a long step has events.
    length: events.reduce((last, { span }) => Math.max(last, span.to), 0),
    ranks: events.reduce((most, { span }) => Math.max(most, span.rank + 1), 0),
    spans: events.flatMap(({ event, span }) => {
      const work = workOf(event)
      return work ? [{ ...span, work }] : []
    }),
    passes: events
      .filter(({ event }) => event.cat === 'pass')
      // Passes are named "F 3": the pass and its microbatch.
      .map(({ event: { name }, span }) => ({ ...span, microbatch: name.slice(name.indexOf(' ') + 1) })),
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

/** The microbatch of every pass with at least `room` microseconds for its label; none if there is only one microbatch. */
export function passLabels({ spans, passes }: Step, room: number): PassLabel[] {
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
