import { stagesOf, type Action, type Table } from './schedule.ts'

/** A place in a table: the rank's row, and the index in it. */
export interface Place {
  readonly rank: number
  readonly index: number
}

export interface Wait extends Place {
  readonly waitsFor: Place
}

/** What other stages wait for: an activation, or its gradient, which I and B produce. */
const result = ({ pass, stage, microbatch }: Action): string => `${pass === 'F' ? 'F' : 'I'} ${stage} ${microbatch}`

/** The result of a neighbouring stage that an action needs; the order of the row provides those of its own stage. */
function need({ pass, stage, microbatch }: Action, stages: number): string | undefined {
  if (pass === 'F' && stage > 0) return result({ pass, stage: stage - 1, microbatch })
  if ((pass === 'I' || pass === 'B') && stage < stages - 1) {
    return result({ pass, stage: stage + 1, microbatch })
  }
  return undefined
}

/**
 * Ranks that wait for each other in a cycle, each for a result that the next would make only later; empty if every rank
 * reaches its end. Expects that every result needed is somewhere in the table.
 */
export function findDeadlock(table: Table): Wait[] {
  const stages = stagesOf(table)
  const done = new Set<string>()
  const at = table.map(() => 0)
  const awaited = (rank: number): string | undefined => {
    const needed = need(table[rank][at[rank]], stages)
    return needed !== undefined && !done.has(needed) ? needed : undefined
  }

  let moved = true
  while (moved) {
    moved = false
    table.forEach((row, rank) => {
      while (at[rank] < row.length && awaited(rank) === undefined) {
        const action = row[at[rank]++]
        if (action.pass !== 'W') done.add(result(action))
        moved = true
      }
    })
  }

  const chain: Wait[] = []
  let rank = table.findIndex((row, r) => at[r] < row.length)
  while (rank >= 0 && !chain.some((wait) => wait.rank === rank)) {
    const waitsFor = placeOf(table, awaited(rank))
    chain.push({ rank, index: at[rank], waitsFor })
    rank = waitsFor.rank
  }
  return chain.slice(chain.findIndex((wait) => wait.rank === rank))
}

function placeOf(table: Table, needed: string | undefined): Place {
  const makes = (action: Action): boolean => action.pass !== 'W' && result(action) === needed
  const rank = table.findIndex((row) => row.some(makes))
  return { rank, index: table[rank].findIndex(makes) }
}
