import { getHeapStatistics } from 'node:v8'
import type { BoundProgram } from './bind.ts'
import { INSTRUCTION, STEP } from './control.ts'

/** Milliseconds on a clock that all threads share: its origin is the process's. */
export const clock = (): number => performance.now()

export interface Steps {
  /** Steps that do not count in `spent`. */
  readonly warmUp: number
  readonly measured: number
  /** Training steps already done with these weights: give Adam's t and the first batch. */
  readonly done: number
  /** Batches in memory; step s works on batch s mod `batches`. */
  readonly batches: number
}

/** What a rank noted, in milliseconds on the common clock. */
export interface Timings {
  /** When it arrived at the start barrier, and then at the end barrier of each step. */
  readonly arrivals: Float64Array
  /** When the first measured step began for this rank. */
  readonly begun: number
  /** Per instruction, and last for the gaps between steps: the time in all measured steps together. */
  readonly spent: Float64Array
  /** When each instruction of the last step began, and when the step ended. */
  readonly stamps: Float64Array
  /** Bytes by which the rank's JavaScript heap grew over the measured steps; less if it was collected. */
  readonly heapGrowth: number
  /** Processor time of the rank's thread over the measured steps; undefined where Node does not know it. */
  readonly cpuMs?: number | undefined
}

/**
 * Runs a bound program for a number of steps, from a common start to a common end. The clock is read once per
 * instruction boundary: each instant belongs to exactly one instruction or to the gap between two steps.
 *
 * @param line the rank's own; see control.ts
 */
export function interpret(bound: BoundProgram, steps: Steps, line: Int32Array): Timings {
  const { actions, frame } = bound
  const last = actions.length - 1
  const total = steps.warmUp + steps.measured
  const arrivals = new Float64Array(total + 1)
  const spent = new Float64Array(actions.length + 1)
  const stamps = new Float64Array(actions.length + 1)
  for (let t = 0; t < steps.done; t++) advance(bound)

  arrivals[0] = clock()
  frame.step = -1
  actions[last]()
  let before = clock()
  let measuredFrom = before
  let heapBefore = 0
  let cpuBefore: number | undefined
  for (let step = 0; step < total; step++) {
    if (step === steps.warmUp) {
      spent.fill(0)
      heapBefore = heapUsed()
      cpuBefore = cpuMs()
      before = clock()
      measuredFrom = before
    }
    line[STEP] = step
    beginStep(bound, steps, step)
    const begun = clock()
    spent[last + 1] += begun - before
    before = begun
    for (let i = 0; i <= last; i++) {
      line[INSTRUCTION] = i
      stamps[i] = before
      if (i === last) arrivals[step + 1] = before
      actions[i]()
      const now = clock()
      spent[i] += now - before
      before = now
    }
  }
  stamps[last + 1] = before
  const cpuAfter = cpuMs()
  return {
    arrivals,
    begun: measuredFrom,
    spent,
    stamps,
    heapGrowth: heapUsed() - heapBefore,
    cpuMs: cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
  }
}

const heapUsed = (): number => getHeapStatistics().used_heap_size

/** Node 23.9 and later tell how much processor time a thread has used. */
function cpuMs(): number | undefined {
  const usage = (process as { threadCpuUsage?(): NodeJS.CpuUsage }).threadCpuUsage?.()
  return usage && (usage.user + usage.system) / 1000
}

type Progress = Pick<Steps, 'done' | 'batches'>

/** Moves a program to the next step: its counters, its batch, Adam's t. */
export function beginStep(bound: BoundProgram, { done, batches }: Progress, step: number): void {
  const { moving, frame } = bound
  frame.step = step
  advance(bound)
  const batch = (done + step) % batches
  for (let i = 0; i < moving.length; i++) {
    const { matrix, first, distance } = moving[i]
    matrix.offset = first + batch * distance
  }
}

/** The same for any step, whichever came before. */
export function seekStep(bound: BoundProgram, progress: Progress, step: number): void {
  bound.frame.powers.fill(1)
  for (let t = 0; t < progress.done + step; t++) advance(bound)
  beginStep(bound, progress, step)
}

/** Running products instead of `Math.pow`, whose last bit differs between versions of V8. */
function advance({ frame: { powers }, betas }: BoundProgram): void {
  powers[0] *= betas[0]
  powers[1] *= betas[1]
}
