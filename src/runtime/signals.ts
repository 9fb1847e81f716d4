import type { Signal } from '../plan/plan.ts'
import { awaitCounter, COUNTER_CELLS, publish } from './counter.ts'

/** What changes from step to step; every bound instruction reads it. */
export interface Frame {
  /** Steps since the counters were zero. The barrier that ends step −1 is the one that starts the run. */
  step: number
  /** Adam's running products β₁ᵗ and β₂ᵗ. */
  readonly powers: Float64Array
}

/** All frames are made here: the waits stay fast as long as V8 sees one shape. */
export const createFrame = (): Frame => ({ step: 0, powers: new Float64Array([1, 1]) })

export interface SignalBinding {
  readonly counters: Int32Array
  /** How often a wait looks at its counter before it sleeps. */
  readonly spins: number
  /** How often each counter is published in one step. */
  readonly perStep: readonly number[]
  readonly frame: Frame
}

/**
 * One call that publishes and awaits as the signals say, in the step of `frame`. Counters are never reset: a wait's
 * target grows by what each step publishes.
 *
 * @param ahead steps by which these signals are ahead of the others
 */
export function bindSignals(
  signals: readonly Signal[],
  { counters, spins, perStep, frame }: SignalBinding,
  ahead: number,
): () => void {
  const bound = signals.map((signal) => {
    const at = signal.counter * COUNTER_CELLS
    if (signal.kind === 'publish') return () => publish(counters, at)
    const { atLeast } = signal
    const each = perStep[signal.counter]
    return () => awaitCounter(counters, at, (frame.step + ahead) * each + atLeast, spins)
  })
  if (bound.length === 1) return bound[0]
  return () => {
    for (const call of bound) call()
  }
}

/** A call that goes through the signals once more each time, on counters that start at zero. */
export function repeatSignals(signals: readonly Signal[], binding: Omit<SignalBinding, 'frame'>): () => void {
  const frame = createFrame()
  const call = bindSignals(signals, { ...binding, frame }, 0)
  return () => {
    call()
    frame.step++
  }
}
