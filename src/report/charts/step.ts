import { BUCKETS, isWait, type Bucket } from '../../measure/ledger.ts'
import type { TraceEvent } from '../rows/trace.ts'
import { groupBy } from './comparison.ts'
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
  readonly events: readonly TraceEvent[]
}

const startOf = ({ ts = 0 }: TraceEvent): number => ts
const endOf = ({ ts = 0, dur = 0 }: TraceEvent): number => ts + dur
const isBucket = (cat: string | undefined): cat is Bucket => BUCKETS.includes(cat as Bucket)

/** The event of an instruction is named by its op and layer. */
const workOf = ({ name, cat }: TraceEvent): Work | undefined => {
  if (!isBucket(cat)) return undefined
  return name.startsWith('pack ') ? 'pack' : cat
}

/** The step that a process of the trace shows. */
export function stepOf(process: readonly TraceEvent[]): Step {
  const events = process.filter(({ ph }) => ph === 'X')
  return {
    // Math.max takes fewer arguments than a long step has events.
    length: events.reduce((last, event) => Math.max(last, endOf(event)), 0),
    ranks: events.reduce((most, { tid }) => Math.max(most, tid + 1), 0),
    events,
  }
}

/**
 * The spans of every rank. Those of the same work less than `gap` microseconds apart are joined, and those shorter than
 * `gap` left out. Until a rank begins, it has not left the barrier before the step.
 */
export function spansOf({ events }: Step, gap: number): Span[] {
  const spans: Span[] = []
  for (const event of events) {
    const { tid: rank } = event
    const work = workOf(event)
    if (work === undefined) continue
    const last = spans.at(-1)
    if (last?.rank !== rank) spans.push({ rank, work: 'wait-barrier', from: 0, to: startOf(event) })
    const joins = last?.rank === rank && last.work === work && startOf(event) - last.to < gap
    if (joins) spans[spans.length - 1] = { ...last, to: endOf(event) }
    else spans.push({ rank, work, from: startOf(event), to: endOf(event) })
  }
  return spans.filter(({ from, to }) => to - from >= gap)
}

/** Passes are named "F 3": the pass and its microbatch. */
const microbatch = ({ name }: TraceEvent): string => name.slice(name.indexOf(' ') + 1)

/** Waits interrupt a pass; its label goes to the longest stretch of work. A pause this share of a label does not count. */
const PAUSE_PER_LABEL = 0.2

/** The microbatch of every pass with at least `room` microseconds for its label; none if there is only one microbatch. */
export function passLabels({ events }: Step, room: number): PassLabel[] {
  const passes = events.filter(({ cat }) => cat === 'pass')
  if (new Set(passes.map(microbatch)).size < 2) return []
  const work = groupBy(
    events.filter(({ cat }) => isBucket(cat) && cat !== 'other' && !isWait(cat)),
    ({ tid }) => String(tid),
  )
  return passes.flatMap((pass) => {
    const within = (work.get(String(pass.tid)) ?? []).filter(
      (event) => startOf(event) >= startOf(pass) && endOf(event) <= endOf(pass),
    )
    const { from, to } = longestStretch(within, room * PAUSE_PER_LABEL)
    if (to - from < room) return []
    const at = (from + to) / 2
    const on = workOf(within.findLast((event) => startOf(event) <= at)!)!
    return [{ rank: pass.tid, label: microbatch(pass), at, on }]
  })
}

function longestStretch(events: readonly TraceEvent[], pause: number): { from: number; to: number } {
  let longest = { from: 0, to: 0 }
  let current = longest
  for (const event of events) {
    const from = current.to > 0 && startOf(event) - current.to <= pause ? current.from : startOf(event)
    current = { from, to: endOf(event) }
    if (current.to - current.from > longest.to - longest.from) longest = current
  }
  return longest
}
