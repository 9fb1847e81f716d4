import type { Kernel } from '../kernels/kernel.ts'
import type { DataSet } from '../model/data/dataset.ts'
import { selectRows } from '../model/data/split.ts'
import { evaluate } from '../model/evaluate.ts'
import { purpose, random } from '../model/random.ts'
import { cutBatches } from './batches.ts'
import type { Cell } from '../cells/cell.ts'
import type { Session } from './session.ts'
import { sum } from './statistics.ts'
import { stepTimes } from './ledger.ts'
import { weightsHash } from './verify.ts'

export interface Epoch {
  /** From 1 on. */
  readonly epoch: number
  /** Mean loss over the samples of the epoch, each at the step that it was trained in; summed in float64 in their order. */
  readonly loss: number
  readonly heldOutAccuracy: number
  /** Nanoseconds spent in training steps since the beginning; shuffling and evaluating do not count. */
  readonly elapsedNs: number
  readonly weightsSha256: string
}

/**
 * Trains a cell, with the plan and the ranks that are measured, and evaluates it after every epoch. Each epoch goes
 * through the training rows in an order of its own, the same for all cells, in whole batches; the rows of the last,
 * incomplete batch are left out.
 *
 * @throws RankError if a rank fails
 */
export async function trainCell(
  session: Session,
  cell: Cell,
  training: DataSet,
  heldOut: DataSet,
  kernel: Kernel,
  { epochs, seed, repeat }: { readonly epochs: number; readonly seed: number; readonly repeat: number },
  done: (epoch: Epoch) => void,
): Promise<void> {
  const { batch, model } = cell.plan
  const count = Math.floor(training.rows / batch)
  const memory = new Float32Array(session.memory.buffer)
  let elapsedNs = 0
  // Warm-up: trains an epoch and forgets it, so that V8 has compiled everything.
  session.initialise(cell)
  session.load(cutBatches(training, batch, count))
  await session.run(cell, 0, count, 0)
  session.initialise(cell)
  for (let epoch = 1; epoch <= epochs; epoch++) {
    session.load(cutBatches(selectRows(training, orderOf(training.rows, seed, repeat, epoch)), batch, count))
    const reports = await session.run(cell, 0, count, (epoch - 1) * count)
    elapsedNs += sum(stepTimes(reports))
    const parameters = session.weights(cell).map(([replica]) => replica)
    done({
      epoch,
      loss: session.losses(cell).reduce((total, loss) => total + loss, 0) / (count * batch),
      heldOutAccuracy: evaluate(model, parameters, heldOut, kernel, memory, session.spare.from),
      elapsedNs,
      weightsSha256: weightsHash(parameters),
    })
  }
}

/** The order in which an epoch goes through the rows; the first repeat has that of versions without repeats. */
function orderOf(rows: number, seed: number, repeat: number, epoch: number): Uint32Array {
  const generator = repeat === 0 ? random(seed, purpose.epochs, epoch) : random(seed, purpose.epochs, epoch, repeat)
  return generator.shuffle(Uint32Array.from({ length: rows }, (_, row) => row))
}
