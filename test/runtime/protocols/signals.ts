import { signalsOf } from '../../../src/plan/effects.ts'
import type { Counter, Instruction, Signal } from '../../../src/plan/plan.ts'
import type { Primitive } from './counter.model.ts'
import type { Step } from './explore.ts'

/** What a counter has come to when it has been published `atLeast` times in a step: as `bindSignals` in signals.ts. */
export type Target = (step: number, perStep: number, atLeast: number) => number

export const growing: Target = (step, perStep, atLeast) => step * perStep + atLeast

/** How often each counter is published in one step. */
export function publishesPerStep(
  counters: readonly Counter[],
  programs: readonly (readonly Instruction[])[],
): number[] {
  const times = counters.map(() => 0)
  for (const instruction of programs.flat()) {
    for (const signal of signalsOf(instruction)) if (signal.kind === 'publish') times[signal.counter]++
  }
  return times
}

export interface Synchronisation {
  readonly counters: readonly Counter[]
  readonly perStep: readonly number[]
  readonly primitive: Primitive
  readonly target: Target
}

/**
 * What a rank does for the signals of an instruction in a step. The barrier at the end of a step has also started the
 * run, as that of step −1: for its signals the step counts one more.
 */
export const signalSteps = (
  { counters, perStep, primitive, target }: Synchronisation,
  signals: readonly Signal[],
  step: number,
  seen: number,
): Step[] =>
  signals.flatMap((signal) => {
    const { counter } = signal
    const name = `'${counters[counter].name}'`
    if (signal.kind === 'publish') return primitive.publish(counter, name)
    return primitive.awaitCounter(counter, target(step, perStep[counter], signal.atLeast), seen, name)
  })
