import type { Hyperparameters } from '../kernels/kernel.ts'
import { isSignal } from '../plan/effects.ts'
import type { Instruction } from '../plan/plan.ts'
import type { BoundProgram } from './bind.ts'
import { INSTRUCTION, STEP } from './control.ts'
import { publishAndWork } from './counter.ts'
import { footprintBefore, touch } from './footprint.ts'
import { beginStep, clock } from './interpret.ts'
import type { Part, Placed } from './part.ts'

/** Which instructions to time, on which ranks at once, and for how long. */
export interface CalibrationOrder extends Placed {
  readonly hyper: Hyperparameters
  readonly batches: number
  /** Per rank, the indices of the instructions that it times; ranks without any take no part. */
  readonly instructions: readonly (readonly number[])[]
  /** Milliseconds for each of them, and of warm-up before the first. */
  readonly milliseconds: number
  readonly warmUpMs: number
}

/** Repetitions of one instruction: enough for a median, and no more than it needs. */
const FEWEST = 5
const MOST = 60
/** The first repetitions still find the caches of the instruction timed before. */
const SKIPPED = 2

/** Where the counter of the ranks that are done lies; the plan's own counters are not in use. */
const DONE = 0

/** A rank that times instructions, and what it shares with the others. */
interface Side extends Pick<CalibrationOrder, 'batches' | 'instructions' | 'milliseconds' | 'warmUpMs'> {
  readonly rank: number
  readonly part: Part
  readonly bound: BoundProgram
  readonly floats: Float32Array
  readonly counters: Int32Array
  readonly line: Int32Array
}

/**
 * Times single instructions of a rank's program, each again and again. Each time, it first puts the caches into the state
 * that a row of steps would leave and runs the instruction before, for its traces in branch predictors and the kernel's
 * scratch; only the instruction itself is timed, between two looks at the clock as in a step. Ranks that calibrate
 * together go on computing until the last one is done.
 *
 * @returns milliseconds of each repetition, per instruction asked for
 */
export function calibrate({ rank, part, bound, floats, counters, line, ...order }: Side): Float64Array[] {
  const { batches, instructions, milliseconds, warmUpMs } = order
  const { actions } = bound
  const { program } = part
  const partners = instructions.filter((list) => list.length > 0).length
  const steps = { done: 0, batches }
  let step = 0
  let seen = 0

  const begin = () => {
    beginStep(bound, steps, step)
    line[STEP] = step++
  }
  /** Runs all that computes, so that V8 compiles it. */
  const runAll = () => {
    begin()
    program.forEach((instruction, index) => {
      if (computes(instruction)) actions[index]()
    })
  }
  for (const start = clock(); clock() - start < warmUpMs;) runAll()

  const results = instructions[rank].map((index) => {
    const places = footprintBefore(part, index)
    const before = previous(program, index)
    const times: number[] = []
    line[INSTRUCTION] = index
    const start = clock()
    for (let repetition = 0; repetition < MOST + SKIPPED; repetition++) {
      if (repetition >= FEWEST + SKIPPED && clock() - start > milliseconds) break
      begin()
      seen += touch(floats, places, (step - 1) % batches, batches)
      if (before >= 0) actions[before]()
      const begun = clock()
      actions[index]()
      const ended = clock()
      if (repetition >= SKIPPED) times.push(ended - begun)
    }
    return Float64Array.from(times)
  })
  publishAndWork(counters, DONE, partners, runAll)
  // Never true; keeps V8 from removing the reads.
  if (Number.isNaN(seen)) line[INSTRUCTION] = -1
  return results
}

/** Whether an instruction computes and takes no other rank to do it. */
const computes = (instruction: Instruction): boolean =>
  !isSignal(instruction) && instruction.op !== 'send' && instruction.op !== 'take'

/** The last instruction that computes before this one, in a row of steps; −1 if there is none. */
function previous(program: readonly Instruction[], index: number): number {
  const here = program.findLastIndex((each, at) => at < index && computes(each))
  return here >= 0 ? here : program.findLastIndex((each, at) => at > index && computes(each))
}
