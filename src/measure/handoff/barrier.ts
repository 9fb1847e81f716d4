import { barrier, emptyDraft } from '../../plan/build/draft.ts'
import type { Signal } from '../../plan/plan.ts'
import { createCounters } from './counters.ts'
import { summarise, type Conditions, type Measurement } from './measurement.ts'
import { createProgress } from './progress.ts'
import { openRanks, repetitions, spinMicroseconds } from './ranks.ts'
import { together } from './threads.ts'
import type { Pace } from './tries.ts'

const WAIT = 'spin-then-wait'

/**
 * The barrier that ends a step, for each thread count: from when the last rank has come until the last has gone, in a row
 * of barriers with nothing in between.
 *
 * @throws RankError
 */
export async function* measureBarriers(
  conditions: Conditions,
  counts: readonly number[],
  pace: Pace,
): AsyncGenerator<Measurement, void> {
  for (const count of counts) {
    const { counters, rounds } = roundsOf(count)
    const threads = openRanks(count, conditions)
    try {
      const common = {
        kind: 'barrier',
        ranks: count,
        progress: threads.progress,
        counters: createCounters(counters),
        arrived: createProgress(count),
        marks: new Float64Array(new SharedArrayBuffer(2 * count * Float64Array.BYTES_PER_ELEMENT)),
        spinMicroseconds: spinMicroseconds(WAIT, count, conditions),
        passes: repetitions(WAIT, count, conditions),
        pace,
      } as const
      const parts = await together(
        threads,
        `barrier of ${count} threads`,
        rounds.map((each, rank) => ({ ...common, rank, rounds: each })),
      )
      yield { kind: 'barrier', method: 'dissemination', threads: count, ...summarise(parts) }
    } finally {
      await threads.close()
    }
  }
}

/** What each rank publishes and awaits in a barrier of a plan. */
function roundsOf(count: number): { counters: number; rounds: (readonly Signal[])[] } {
  const draft = emptyDraft(count)
  barrier(
    draft,
    'barrier',
    draft.programs.map((_, rank) => rank),
  )
  const rounds = draft.programs.map((program) =>
    program.flatMap((instruction) => (instruction.op === 'barrier' ? instruction.rounds : [])),
  )
  return { counters: draft.counters.length, rounds }
}
