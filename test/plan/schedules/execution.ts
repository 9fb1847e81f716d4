import type { Action, Pass, Table } from '../../../src/plan/schedules/schedule.ts'

export type Durations = Readonly<Record<Pass, number>>

export const UNIT: Durations = { F: 1, I: 1, W: 1, B: 2 }

/** What an action must come after, by definition, besides the actions before it in its row. */
export function needs(cells: readonly Action[], { pass, stage, microbatch }: Action): Action[] {
  const of = (q: number, ...passes: Pass[]) =>
    cells.filter((a) => a.stage === q && a.microbatch === microbatch && passes.includes(a.pass))
  if (pass === 'F') return of(stage - 1, 'F')
  if (pass === 'W') return of(stage, 'I')
  return [...of(stage, 'F'), ...of(stage + 1, 'I', 'B')]
}

/**
 * When the last rank ends, if handing over takes no time; undefined if ranks wait for ever. With `slots`, a stage's F
 * also waits until the next stage has given back one of that many slots.
 */
export function finish(table: Table, durations: Durations, slots?: (stage: number) => number): number | undefined {
  const cells = table.flat()
  const after = new Map(cells.map((action) => [action, needs(cells, action)]))
  if (slots) {
    for (const { pass, stage, microbatch } of cells) {
      const waiting = cells.filter(
        (a) => a.pass === 'F' && a.stage === stage - 1 && a.microbatch === microbatch + slots(stage),
      )
      if (pass === 'F' || pass === 'I') continue
      const end = cells.filter(
        (a) => a.stage === stage && a.microbatch === microbatch && (a.pass === 'W' || a.pass === 'B'),
      )
      for (const action of waiting) after.get(action)?.push(...end)
    }
  }
  const ends = new Map<Action, number>()
  const clocks = table.map(() => 0)
  const queues = table.map((row) => [...row])
  for (;;) {
    const ready = queues.findIndex((queue) => queue.length > 0 && after.get(queue[0])?.every((a) => ends.has(a)))
    if (ready < 0) break
    const action = queues[ready].shift() as Action
    const start = Math.max(clocks[ready], ...(after.get(action) ?? []).map((a) => ends.get(a) as number))
    clocks[ready] = start + durations[action.pass]
    ends.set(action, clocks[ready])
  }
  return ends.size === cells.length ? Math.max(...clocks) : undefined
}
