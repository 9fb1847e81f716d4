import { barrier, emptyDraft } from '../../../src/plan/build/draft.ts'
import { signalsOf } from '../../../src/plan/effects.ts'
import type { Instruction, Signal } from '../../../src/plan/plan.ts'
import { CELLS_PER_COUNTER, type Primitive } from './counter.model.ts'
import type { Model, Process, Step } from './explore.ts'
import { growing, publishesPerStep, signalSteps, type Target } from './signals.ts'

export interface BarrierModel {
  readonly ranks: number
  /** How often everyone comes to the barrier. */
  readonly steps: number
  readonly primitive: Primitive
  readonly target?: Target
  /** What a rank does instead of the rounds of the plan: for broken variants. */
  readonly change?: (rounds: readonly Signal[]) => readonly Signal[]
}

/** Ranks that come to the barrier of the plan again and again: nobody may leave it before everyone has come. */
export function barrierModel({ ranks, steps, primitive, target = growing, change }: BarrierModel): Model {
  const draft = emptyDraft(ranks)
  const group = [...draft.programs.keys()]
  barrier(draft, 'barrier', group)
  const signals = draft.programs.map(([instruction]) => {
    const rounds = signalsOf(instruction)
    return change ? change(rounds) : rounds
  })
  const changed = signals.map((rounds): Instruction[] => [{ op: 'barrier', group, rounds }])
  const { counters } = draft
  const synchronisation = { counters, perStep: publishesPerStep(counters, changed), primitive, target }

  const seen = counters.length * CELLS_PER_COUNTER
  const arrived = seen + ranks
  const pass = (rank: number, step: number): Step[] => [
    { text: `arrive at step ${step}`, act: (cells) => cells[arrived + rank]++ },
    ...signalSteps(synchronisation, signals[rank], step, seen + rank),
    {
      text: `leave step ${step}`,
      wrong(cells) {
        const missing = group.find((other) => cells[arrived + other] <= step)
        return missing === undefined ? undefined : `leaves step ${step} before rank ${missing} has come`
      },
    },
  ]
  const processes = group.map((rank): Process => ({
    name: `rank ${rank}`,
    program: Array.from({ length: steps }, (_, step) => pass(rank, step)).flat(),
  }))
  return { cells: arrived + ranks, processes }
}
