import type { Hyperparameters } from '../kernels/kernel.ts'
import { isSignal } from '../plan/effects.ts'
import type { Instruction } from '../plan/plan.ts'
import type { BoundProgram } from './bind.ts'
import { INSTRUCTION, STEP } from './control.ts'
import { publishAndWork } from './counter.ts'
import { beginStep, clock } from './interpret.ts'
import type { Part, Placed } from './part.ts'

/** Which instructions to time, on which ranks at once, and for how long. */
export interface CalibrationOrder extends Placed {
  readonly hyper: Hyperparameters
  readonly batches: number
  /** Per rank, the indices of the instructions that it times; ranks without any take no part. */
  readonly instructions: readonly (readonly number[])[]
  /** Milliseconds of passes, and of warm-up before them. */
  readonly milliseconds: number
  readonly warmUpMs: number
}

/** Repetitions: enough for a median, and no more than it needs. */
const FEWEST = 5
const MOST = 60

/** Where the counter of the ranks that are done lies; the plan's own counters are not in use. */
const DONE = 0

/** A rank that times instructions, and what it shares with the others. */
interface Side extends Pick<CalibrationOrder, 'batches' | 'instructions' | 'milliseconds' | 'warmUpMs'> {
  readonly rank: number
  readonly part: Pick<Part, 'program'>
  readonly bound: BoundProgram
  readonly counters: Int32Array
  readonly line: Int32Array
}

/**
 * Times single instructions of a rank's program, in passes through all that the rank computes in a step. So each finds
 * the caches, the branch predictors and the kernel's scratch as a row of steps leaves them: reading its operands
 * beforehand instead makes it too fast, a loss by half. A pass waits for nobody, and looks at the clock as a step does.
 * Ranks that calibrate together leave out what a step does apart (`isApart`), and go on until the last one is done.
 *
 * @returns milliseconds of each repetition, per instruction asked for
 */
export function calibrate({ rank, part, bound, counters, line, ...order }: Side): Float64Array[] {
  const { batches, instructions, milliseconds, warmUpMs } = order
  const { actions } = bound
  const asked = instructions[rank]
  const partners = instructions.filter((list) => list.length > 0).length
  const steps = { done: 0, batches }
  const computing = part.program.flatMap((instruction, index) =>
    computes(instruction) && (partners === 1 || !isApart(instruction)) ? [index] : [],
  )
  const spent = new Float64Array(actions.length)
  let step = 0

  const pass = () => {
    beginStep(bound, steps, step)
    line[STEP] = step++
    let before = clock()
    for (let i = 0; i < computing.length; i++) {
      const index = computing[i]
      line[INSTRUCTION] = index
      actions[index]()
      const now = clock()
      spent[index] = now - before
      before = now
    }
  }
  /** Goes on for some milliseconds; `note` is called after each pass. */
  const repeat = (forMs: number, fewest: number, most: number, note: (repetition: number) => void) => {
    const start = clock()
    for (let repetition = 0; repetition < most; repetition++) {
      if (repetition >= fewest && clock() - start > forMs) break
      pass()
      note(repetition)
    }
  }
  // V8 compiles all that computes, and the caches forget what was there before.
  repeat(warmUpMs, 1, Infinity, () => {})
  const times: number[][] = asked.map(() => [])
  repeat(milliseconds, FEWEST, MOST, () => asked.forEach((index, i) => times[i].push(spent[index])))
  publishAndWork(counters, DONE, partners, pass)
  return times.map((each) => Float64Array.from(each))
}

/**
 * Whether a plan lets no rank compute products at the same time, since they would read what this one writes or write what
 * it reads. Passes that wait for nobody would have the ranks fight for these cache lines, as no step does.
 */
export const isApart = ({ op }: Instruction): boolean => op === 'reduce' || op === 'update'

/** Whether an instruction computes and takes no other rank to do it. */
const computes = (instruction: Instruction): boolean =>
  !isSignal(instruction) && instruction.op !== 'send' && instruction.op !== 'take'
