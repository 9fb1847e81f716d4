import { FLOATS_PER_LINE } from '../plan/read/bytes.ts'
import type { Plan } from '../plan/plan.ts'
import { INSTRUCTION, STEP } from './control.ts'
import { awaitCounter, COUNTER_CELLS, publish } from './counter.ts'

/**
 * What is timed between the ranks of a plan: a `publish` that nobody waits for; a `handoff` between the first two of them,
 * one way, to a rank that spins or, `waking`, that sleeps; the `barrier` that ends the step; and a `transfer`: how much
 * longer the first takes to write floats that the second has just read than to write them again, and the second to read
 * what the first has just written.
 */
export interface SignalTiming {
  readonly plan: Plan
  readonly what: 'publish' | 'handoff' | 'waking' | 'barrier' | 'transfer'
  readonly spinMicroseconds: number
  /** What is handed over in a transfer. */
  readonly block?: Float32Array
}

const TRIES = 60
/** The first tries find code that is not yet compiled. */
const SKIPPED = 10
/** What is shorter than the clock's own time is repeated so often in a try. */
const TRIPS = 50
/** A rank that is to be woken is asleep after so long. */
const ASLEEP_MS = 0.2

/** @returns of rank 0, or of the rank that goes on, milliseconds by try; of the others nothing */
export function timeSignals(
  { plan, what, spinMicroseconds, block }: SignalTiming,
  rank: number,
  spinRate: number,
  counters: Int32Array,
  line: Int32Array,
): Float64Array[] {
  const spins = Math.round(spinMicroseconds * spinRate)
  const times: number[] = []
  const repeat = (one: (attempt: number) => number) => {
    for (let attempt = 0; attempt < TRIES + SKIPPED; attempt++) {
      line[STEP] = attempt
      line[INSTRUCTION] = 0
      const time = one(attempt)
      if (attempt >= SKIPPED) times.push(time)
    }
    return [Float64Array.from(times)]
  }
  /** Passes the ball to the other of the first two ranks, and waits for it. */
  const [mine, other] = [rank * COUNTER_CELLS, (1 - rank) * COUNTER_CELLS]
  const wait = (count: number, looks = spins) => awaitCounter(counters, other, count, looks)

  switch (what) {
    case 'publish':
      return rank > 0 ? [] : repeat(() => timed(() => publish(counters, mine)))
    case 'handoff': {
      if (rank > 1) return []
      let count = 0
      const trip = () => {
        count++
        if (rank === 0) publish(counters, mine)
        wait(count)
        if (rank === 1) publish(counters, mine)
      }
      const halves = repeat(() => timed(() => repeatedly(trip)) / TRIPS / 2)
      return rank === 0 ? halves : []
    }
    case 'waking': {
      if (rank > 1) return []
      // Both look at one clock: rank 0 just before it publishes, rank 1 when it goes on.
      return repeat((attempt) => {
        if (rank === 1) {
          wait(attempt + 1, 0)
          const awake = performance.now()
          publish(counters, mine)
          return awake
        }
        const begun = performance.now()
        while (performance.now() - begun < ASLEEP_MS);
        const told = performance.now()
        publish(counters, mine)
        wait(attempt + 1, 0)
        return told
      })
    }
    case 'barrier': {
      const last = plan.programs[rank].at(-1)
      const rounds = last?.op === 'barrier' ? last.rounds : []
      const publishes = rounds.filter(({ kind }) => kind === 'publish').length
      let passed = 0
      const pass = () => {
        for (const signal of rounds) {
          const at = signal.counter * COUNTER_CELLS
          if (signal.kind === 'publish') publish(counters, at)
          else awaitCounter(counters, at, passed * publishes + signal.atLeast, spins)
        }
        passed++
      }
      const each = repeat(() => timed(() => repeatedly(pass)) / TRIPS)
      return rank === 0 ? each : []
    }
    case 'transfer': {
      if (rank > 1 || !block) return []
      let seen = 0
      const read = () => {
        seen = readLines(block)
      }
      const extra = repeat((attempt) => {
        if (rank === 0) {
          const first = timed(() => block.fill(attempt))
          const again = timed(() => block.fill(attempt))
          publish(counters, mine)
          wait(attempt + 1)
          return first - again
        }
        wait(attempt + 1)
        const first = timed(read)
        const again = timed(read)
        publish(counters, mine)
        return first - again
      })
      // Never so; but it shows the compiler that what was read matters.
      if (Number.isNaN(seen)) line[INSTRUCTION] = -1
      return extra
    }
  }
}

function timed(work: () => void): number {
  const begun = performance.now()
  work()
  return performance.now() - begun
}

function repeatedly(work: () => void): void {
  for (let trip = 0; trip < TRIPS; trip++) work()
}

/** A float of every cache line. */
function readLines(block: Float32Array): number {
  let sum = 0
  const { length } = block
  for (let i = 0; i < length; i += FLOATS_PER_LINE) sum += block[i]
  return sum
}
