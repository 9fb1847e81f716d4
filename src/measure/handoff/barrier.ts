import { barrier, emptyDraft, type Draft } from '../../plan/build/draft.ts'
import { signalsOf } from '../../plan/effects.ts'
import { createCounters } from '../../runtime/counter.ts'
import { publishesPerStep } from '../../runtime/part.ts'
import { openCounters } from './counters.ts'
import { summarise, type Conditions, type Measurement } from './measurement.ts'
import { openRanks, repetitions, spinMicroseconds, together } from './ranks.ts'
import type { Pace } from './tries.ts'

const WAIT = 'spin-then-wait'

/**
 * The barrier that ends a step, for each thread count: from the last rank's arrival to the last rank's leaving, in a row
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
    const draft = barrierOf(count)
    const threads = openRanks(count, conditions)
    try {
      const common = {
        kind: 'barrier',
        ranks: count,
        progress: threads.progress,
        counters: openCounters(draft.counters.length),
        perStep: publishesPerStep(draft),
        arrived: createCounters(count),
        marks: new Float64Array(new SharedArrayBuffer(2 * count * Float64Array.BYTES_PER_ELEMENT)),
        spinMicroseconds: spinMicroseconds(WAIT, count, conditions),
        passes: repetitions(WAIT, count, conditions),
        pace,
      } as const
      const parts = await together(
        threads,
        `barrier of ${count} threads`,
        draft.programs.map((program, rank) => ({ ...common, rank, rounds: program.flatMap(signalsOf) })),
      )
      yield { kind: 'barrier', method: 'dissemination', threads: count, ...summarise(parts) }
    } finally {
      await threads.close()
    }
  }
}

/** A plan's barrier between so many ranks, and nothing else. */
function barrierOf(count: number): Draft {
  const draft = emptyDraft(count)
  const group = draft.programs.map((_, rank) => rank)
  barrier(draft, 'barrier', group)
  return draft
}
