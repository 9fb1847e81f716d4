import { purpose, random } from '../model/random.ts'
import type { RankReport } from '../runtime/rank.ts'
import type { Cell } from './cell.ts'
import { ledgerOf, type Ledger } from './ledger.ts'
import type { Session } from './session.ts'
import { stepTimes } from './steps.ts'

/** What one cell did in one block. */
export interface Visit {
  readonly cell: Cell
  readonly block: number
  /** Its place in the order of the block. */
  readonly position: number
  /** Nanoseconds of each step, the first `warmUp` of them not to be counted. */
  readonly stepNs: readonly number[]
  readonly warmUp: number
  readonly ranks: readonly { readonly rank: number; readonly threadId: number; readonly ledger: Ledger }[]
  readonly reports: readonly RankReport[]
  /** False if a weight is infinite or not a number: what was timed has not trained. */
  readonly finite: boolean
}

/** How many steps a visit of a cell runs. */
export interface VisitSteps {
  readonly warmUp: number
  readonly measured: number
}

/**
 * Runs every cell once per block, from fresh weights, in an order shuffled by the seed, so that drift of the machine
 * falls on all of them alike. `done` is called after each visit, while no rank runs.
 */
export async function runBlocks(
  session: Session,
  cells: readonly Cell[],
  blocks: number,
  seed: number,
  stepsOf: (cell: Cell) => VisitSteps,
  done: (visit: Visit) => void,
): Promise<void> {
  for (let block = 0; block < blocks; block++) {
    const order = random(seed, purpose.blocks, block).shuffle([...cells])
    for (const [position, cell] of order.entries()) {
      const { warmUp, measured } = stepsOf(cell)
      session.initialise(cell)
      const reports = await session.run(cell, warmUp, measured, 0)
      const ranks = reports.map((report) => ({
        rank: report.rank,
        threadId: report.threadId,
        ledger: ledgerOf(cell.plan, report),
      }))
      const finite = session.weights(cell).every(([replica]) => replica.every(Number.isFinite))
      done({ cell, block, position, stepNs: stepTimes(reports), warmUp, ranks, reports, finite })
    }
  }
}
