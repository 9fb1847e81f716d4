import { effects } from '../effects.ts'
import { PlanError, type Instruction, type Plan } from '../plan.ts'
import { join, type Clock } from './clocks.ts'

/** Called for each instruction once, when everything that it waits for before it has happened. */
export type Visit = (rank: number, index: number, instruction: Instruction, clock: Clock) => void

/**
 * Runs a plan's synchronisation without threads, in one of the orders that threads might take, and keeps vector
 * clocks. Counters only grow and each has one publisher, so an await that can be met stays met and what it has seen
 * does not depend on the order: if this order comes to an end, all do, and what happened before what is the same.
 *
 * @throws PlanError if some rank can never go on
 */
export function execute(plan: Plan, visit: Visit): void {
  const ranks = plan.programs.length
  const clocks: Clock[] = plan.programs.map(() => new Int32Array(ranks))
  const next = plan.programs.map(() => 0)
  /** Signals of the instruction at `next` that are done already. */
  const signalled = plan.programs.map(() => 0)
  /** Per counter, the publisher's clock at each publish. */
  const published: Clock[][] = plan.counters.map(() => [])

  /** Goes on with a rank until it has to wait or is done; tells whether it moved at all. */
  const advance = (rank: number): boolean => {
    let moved = false
    for (; next[rank] < plan.programs[rank].length; next[rank]++, signalled[rank] = 0) {
      const instruction = plan.programs[rank][next[rank]]
      if (signalled[rank] === 0) {
        clocks[rank][rank]++
        visit(rank, next[rank], instruction, clocks[rank])
        signalled[rank] = 1
        moved = true
      }
      const { signals } = effects(instruction)
      for (; signalled[rank] <= signals.length; signalled[rank]++) {
        const signal = signals[signalled[rank] - 1]
        if (signal.kind === 'publish') {
          const { name, publisher } = plan.counters[signal.counter]
          if (publisher !== rank) {
            throw new PlanError(`rank ${rank} publishes '${name}', which only rank ${publisher} may`)
          }
          published[signal.counter].push(clocks[rank].slice())
        } else {
          const seen = published[signal.counter]
          if (seen.length < signal.atLeast) return moved
          if (signal.atLeast > 0) join(clocks[rank], seen[signal.atLeast - 1])
        }
        moved = true
      }
    }
    return moved
  }

  for (let moved = true; moved;) {
    moved = false
    for (let rank = 0; rank < ranks; rank++) moved = advance(rank) || moved
  }
  const stuck = plan.programs.findIndex((program, rank) => next[rank] < program.length)
  if (stuck >= 0) {
    const waitsFor = (rank: number): Wait => {
      const { signals } = effects(plan.programs[rank][next[rank]])
      const signal = signals[signalled[rank] - 1]
      const { name, publisher } = plan.counters[signal.counter]
      const atLeast = signal.kind === 'await' ? signal.atLeast : 0
      return { name, publisher, atLeast, count: published[signal.counter].length }
    }
    // Follow who waits for whom to a rank that has ended, which is the cause, or round a circle.
    let cause = stuck
    for (let hop = 0; hop < ranks; hop++) {
      const { publisher } = waitsFor(cause)
      if (next[publisher] === plan.programs[publisher].length) break
      cause = publisher
    }
    const { name, publisher, atLeast, count } = waitsFor(cause)
    throw new PlanError(
      `deadlock: rank ${cause}, instruction ${next[cause]}, waits for '${name}' to reach ${atLeast}, ` +
        `but rank ${publisher} publishes it only ${count} times before it waits itself or ends`,
    )
  }
  requireCommonEnd(plan, clocks)
}

interface Wait {
  readonly name: string
  readonly publisher: number
  readonly atLeast: number
  readonly count: number
}

/** The last instruction must be a barrier after which everyone knows of everything, so that the next step may begin. */
function requireCommonEnd(plan: Plan, clocks: readonly Clock[]): void {
  plan.programs.forEach((program, rank) => {
    if (program.at(-1)?.op !== 'barrier')
      throw new PlanError(`the program of rank ${rank} does not end in a barrier`)
    plan.programs.forEach((other, r) => {
      if (clocks[rank][r] < other.length) {
        throw new PlanError(`rank ${rank} can end the step before rank ${r} has come to its last instruction`)
      }
    })
  })
}
