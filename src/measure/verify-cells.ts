import { reverseRows, type Batches } from './batches.ts'
import type { Cell } from '../cells/cell.ts'
import type { Session } from './session.ts'
import { compareWeights, type Verdict } from './verify.ts'

/**
 * Trains every cell for the same few steps from the same weights and compares what comes out with serial. The batches
 * are loaded before and after.
 *
 * @throws RankError if a rank fails
 */
export async function verifyCells(
  session: Session,
  cells: readonly Cell[],
  serial: Cell,
  batches: Batches,
  steps: number,
): Promise<Map<Cell, Verdict>> {
  const train = async (cell: Cell) => {
    session.initialise(cell)
    await session.run(cell, 0, steps, 0)
    return session.weights(cell)
  }
  session.load(reverseRows(batches))
  const reversed = (await train(serial)).map(([replica]) => replica)
  session.load(batches)
  const reference = (await train(serial)).map(([replica]) => replica)
  const verdicts = new Map<Cell, Verdict>()
  for (const cell of cells) verdicts.set(cell, compareWeights(await train(cell), reference, reversed))
  return verdicts
}
