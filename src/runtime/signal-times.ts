import { FLOATS_PER_LINE } from '../plan/read/bytes.ts'
import { INSTRUCTION, STEP } from './control.ts'
import { awaitOther, publishOwn, type Peer } from './counter.ts'
import type { Part, Placed } from './part.ts'
import { repeatSignals } from './signals.ts'

/** Which signals the ranks of a plan time. */
export interface SignalOrder extends Placed {
  readonly what: keyof typeof TIMINGS
  readonly spinMicroseconds: number
  /** Shared memory that the first two ranks write and read in turn; for `cache-lines`. */
  readonly block?: Float32Array
}

/** The rank that times signals, and what it shares with the others. */
interface Side extends Peer, Pick<SignalOrder, 'block'> {
  readonly part: Part
  readonly line: Int32Array
}

const TRIES = 60
/** The first tries find code that is not yet compiled. */
const SKIPPED = 10
/** Signals shorter than a look at the clock are repeated this often in a try. */
const TRIPS = 50
/** By then a rank that waits is asleep. */
const ASLEEP_MS = 0.2

/**
 * What can be timed. Each gives the milliseconds of every try, on the ranks that take times; nothing on the others.
 * `publish`: nobody waits for it. `watched`: the second rank looks at the counter all the time, as one that waits does;
 * the publisher has to fetch the cache line back. `handoff`: one way between the first two ranks, to a rank that spins.
 * `waking`: the instants of the publish (rank 0) and of going on (rank 1), after a sleep. `barrier`: the one that ends
 * the plan's step. `cache-lines`: how much longer the first rank takes to write floats that the second has just read
 * than to write them again, and the second to read what the first has just written.
 */
const TIMINGS = {
  publish: (side: Side) => (side.rank > 0 ? [] : repeat(side, () => timed(() => publishOwn(side)))),
  watched: (side: Side) => (side.rank > 1 ? [] : timeWatched({ ...side, spins: Infinity })),
  handoff: (side: Side) => (side.rank > 1 ? [] : timeHandoffs(side)),
  waking: (side: Side) => (side.rank > 1 ? [] : timeWaking({ ...side, spins: 0 })),
  barrier: timeBarriers,
  'cache-lines': (side: Side) => (side.rank > 1 || !side.block ? [] : timeCacheLines(side, side.block)),
}

/** @returns milliseconds by try, from the ranks that take times; see TIMINGS */
export const timeSignals = (what: SignalOrder['what'], side: Side): Float64Array[] => TIMINGS[what](side)

function timeWatched(side: Side): Float64Array[] {
  if (side.rank === 1) {
    publishOwn(side)
    awaitOther(side, TRIES + SKIPPED)
    return []
  }
  awaitOther(side, 1)
  return repeat(side, () => timed(() => publishOwn(side)))
}

function timeHandoffs(side: Side): Float64Array[] {
  let count = 0
  const trip = () => {
    count++
    if (side.rank === 0) publishOwn(side)
    awaitOther(side, count)
    if (side.rank === 1) publishOwn(side)
  }
  const halves = repeat(side, () => timed(() => repeatedly(trip)) / TRIPS / 2)
  return side.rank === 0 ? halves : []
}

/** Both ranks read one clock: rank 0 just before it publishes, rank 1 when it goes on. */
const timeWaking = (side: Side): Float64Array[] =>
  repeat(side, (attempt) => {
    const begun = performance.now()
    if (side.rank === 1) awaitOther(side, attempt + 1)
    else while (performance.now() - begun < ASLEEP_MS);
    const now = performance.now()
    publishOwn(side)
    if (side.rank === 0) awaitOther(side, attempt + 1)
    return now
  })

function timeBarriers(side: Side): Float64Array[] {
  const last = side.part.program.at(-1)
  const pass = repeatSignals(last?.op === 'barrier' ? last.rounds : [], { ...side, perStep: side.part.perStep })
  const each = repeat(side, () => timed(() => repeatedly(pass)) / TRIPS)
  return side.rank === 0 ? each : []
}

function timeCacheLines(side: Side, block: Float32Array): Float64Array[] {
  let seen = 0
  /** A float of every cache line; the sum keeps V8 from removing the reads. */
  const read = () => {
    let sum = 0
    for (let at = 0; at < block.length; at += FLOATS_PER_LINE) sum += block[at]
    seen = sum
  }
  const extra = repeat(side, (attempt) => {
    const work = side.rank === 0 ? () => block.fill(attempt) : read
    if (side.rank === 1) awaitOther(side, attempt + 1)
    const first = timed(work)
    const again = timed(work)
    publishOwn(side)
    if (side.rank === 0) awaitOther(side, attempt + 1)
    return first - again
  })
  // Never true; keeps V8 from removing the reads.
  if (Number.isNaN(seen)) side.line[INSTRUCTION] = -1
  return extra
}

function repeat({ line }: Side, one: (attempt: number) => number): Float64Array[] {
  const times: number[] = []
  for (let attempt = 0; attempt < TRIES + SKIPPED; attempt++) {
    line[STEP] = attempt
    line[INSTRUCTION] = 0
    const time = one(attempt)
    if (attempt >= SKIPPED) times.push(time)
  }
  return [Float64Array.from(times)]
}

function timed(work: () => void): number {
  const begun = performance.now()
  work()
  return performance.now() - begun
}

function repeatedly(work: () => void): void {
  for (let trip = 0; trip < TRIPS; trip++) work()
}
