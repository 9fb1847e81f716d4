/** F: forward; B: backward, which is the input gradient and the weight gradient of each layer in turn. */
export interface Action {
  readonly pass: 'F' | 'B'
  readonly microbatch: number
}

/** The order in which one stage works through its microbatches: a pure function, ascending in F and in B. */
export type Schedule = (stage: number, stages: number, microbatches: number) => Action[]

/** The most microbatches that a stage holds between their F and their B: the slots its activations need. */
export function peakInFlight(actions: readonly Action[]): number {
  let inFlight = 0
  let peak = 0
  for (const { pass } of actions) {
    inFlight += pass === 'F' ? 1 : -1
    peak = Math.max(peak, inFlight)
  }
  return peak
}
