import { BUCKETS, isWait, type Bucket } from '../../measure/ledger.ts'
import type { TraceEvent } from '../rows/trace.ts'
import { groupBy } from './comparison.ts'

/** What a rank did from when to when, in microseconds from the beginning of the step. */
export interface Span {
  readonly rank: number
  readonly bucket: Bucket
  readonly from: number
  readonly to: number
}

/** The number of a microbatch, where in time it may be written, and on what. */
export interface PassLabel {
  readonly rank: number
  readonly label: string
  readonly at: number
  readonly on: Bucket
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

/** The step that a process of the trace shows. */
export function stepOf(process: readonly TraceEvent[]): Step {
  const events = process.filter(({ ph }) => ph === 'X')
  return {
    // Not Math.max of all: a long step has more events than a call may have arguments.
    length: events.reduce((last, event) => Math.max(last, endOf(event)), 0),
    ranks: events.reduce((most, { tid }) => Math.max(most, tid + 1), 0),
    events,
  }
}

/**
 * What every rank did; spans of the same bucket are one if they are less than `gap` microseconds apart, and shorter ones
 * than that are left out. Until a rank begins, it has not yet left the barrier before the step.
 */
export function spansOf({ events }: Step, gap: number): Span[] {
  const spans: Span[] = []
  for (const event of events) {
    const { tid: rank, cat } = event
    if (!isBucket(cat)) continue
    const last = spans.at(-1)
    if (last?.rank !== rank) spans.push({ rank, bucket: 'wait-barrier', from: 0, to: startOf(event) })
    const joins = last?.rank === rank && last.bucket === cat && startOf(event) - last.to < gap
    if (joins) spans[spans.length - 1] = { ...last, to: endOf(event) }
    else spans.push({ rank, bucket: cat, from: startOf(event), to: endOf(event) })
  }
  return spans.filter(({ from, to }) => to - from >= gap)
}

/** Passes are called "F 3": what is done, and with which microbatch. */
const microbatch = ({ name }: TraceEvent): string => name.slice(name.indexOf(' ') + 1)

/** A pass is interrupted by waits; its label goes where it works longest without. */
const PAUSE_PER_LABEL = 0.2

/**
 * Which microbatch a rank works on, for every pass with at least `room` microseconds for its label; none if there is only
 * one microbatch.
 */
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
    const on = within.findLast((event) => startOf(event) <= at)!.cat as Bucket
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
