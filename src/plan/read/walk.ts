import { signalsOf } from '../effects.ts'
import { PlanError, type Instruction, type Plan } from '../plan.ts'

/** Called for everything that happens in a plan, in an order that threads might take. */
export interface Observer {
  /** The rank reaches the instruction and does its work; its signals follow. */
  instruction(rank: number, index: number, instruction: Instruction): void
  published(rank: number, counter: number): void
  /** The rank continues because the counter has reached `count`; not called for a count of zero. */
  awaited(rank: number, counter: number, count: number): void
}

/**
 * Runs a plan's synchronisation without threads. Counters only grow and each has one publisher, so an await once met stays
 * met, and what it has seen does not depend on the order: if this order ends, every order does.
 *
 * @throws PlanError if a rank waits for ever, or publishes another's counter
 */
export function walk(plan: Plan, observer: Observer): void {
  const { programs, counters } = plan
  const next = programs.map(() => 0)
  /** How many signals of the instruction at `next` are done; −1 if the rank has not reached it yet. */
  const signalled = programs.map(() => -1)
  const values = counters.map(() => 0)

  /** Runs a rank until it has to wait or ends; returns whether it moved at all. */
  const advance = (rank: number): boolean => {
    let moved = false
    for (; next[rank] < programs[rank].length; next[rank]++, signalled[rank] = -1) {
      const instruction = programs[rank][next[rank]]
      if (signalled[rank] < 0) {
        observer.instruction(rank, next[rank], instruction)
        signalled[rank] = 0
        moved = true
      }
      const signals = signalsOf(instruction)
      for (; signalled[rank] < signals.length; signalled[rank]++) {
        const signal = signals[signalled[rank]]
        const { name, publisher } = counters[signal.counter]
        if (signal.kind === 'publish') {
          if (publisher !== rank)
            throw new PlanError(`rank ${rank} publishes '${name}', which only rank ${publisher} may`)
          values[signal.counter]++
          observer.published(rank, signal.counter)
        } else if (values[signal.counter] < signal.atLeast) {
          return moved
        } else if (signal.atLeast > 0) {
          observer.awaited(rank, signal.counter, signal.atLeast)
        }
        moved = true
      }
    }
    return moved
  }

  for (let moved = true; moved;) {
    moved = false
    for (let rank = 0; rank < programs.length; rank++) moved = advance(rank) || moved
  }

  const isStuck = (rank: number): boolean => next[rank] < programs[rank].length
  const waitOf = (rank: number) => {
    const signal = signalsOf(programs[rank][next[rank]])[signalled[rank]]
    const wanted = signal.kind === 'await' ? signal.atLeast : 0
    return { ...counters[signal.counter], wanted, value: values[signal.counter] }
  }
  let rank = programs.findIndex((_, each) => isStuck(each))
  if (rank < 0) return
  // Follow the chain of waits to a rank that has ended, which is the cause, or round a cycle.
  for (let hop = 0; hop < programs.length && isStuck(waitOf(rank).publisher); hop++) rank = waitOf(rank).publisher
  const { name, publisher, wanted, value } = waitOf(rank)
  throw new PlanError(
    `deadlock: rank ${rank}, instruction ${next[rank]}, waits for '${name}' to reach ${wanted}, ` +
      `but rank ${publisher} publishes it only ${value} times before it waits itself or ends`,
  )
}
