import { cutBatches, type Batches } from '../../src/measure/batches.ts'
import { createCell, EXECUTION, type Cell, type Execution } from '../../src/cells/cell.ts'
import { openSession, type Session } from '../../src/measure/session.ts'
import { syntheticDataSet } from '../../src/model/data/synthetic.ts'
import { GRID_DEFAULTS } from '../../src/plan/grid.ts'
import type { Mode, Setting } from '../../src/plan/modes.ts'

export const HYPER = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

const SETTING: Setting = {
  model: { widths: [20, 18, 16, 14, 10], activation: 'relu', loss: 'cross-entropy' },
  optimizer: 'sgd',
  batch: 48,
  microbatches: 6,
  schedule: '1f1b',
  reduction: 'direct',
  ...GRID_DEFAULTS,
  threads: 1,
}

/** A small cell, for tests with real threads. */
export const smallCell = (
  mode: Mode,
  setting: Partial<Setting> = {},
  execution: Partial<Execution> = {},
): Cell => createCell(mode, { ...SETTING, ...setting }, HYPER, { ...EXECUTION, ...execution })

/** Batches that fit a cell. */
export function batchesFor({ plan }: Cell, count = 2): Batches {
  const { widths } = plan.model
  const classes = widths[widths.length - 1]
  const rows = Math.max(plan.batch * count, classes)
  const set = syntheticDataSet({ rows, columns: widths[0], classes, seed: 3 })
  return cutBatches(set, plan.batch, count)
}

/** As many as the machines have that the tests must run on. */
export const CORES = 2

/** Lets cells run on real threads, with batches that fit the first. */
export async function withCells<T>(
  cells: readonly Cell[],
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession({
    cells,
    batches: 2,
    seed: 1,
    cores: CORES,
    kernel: { name: 'js', arithmetic: 'f32' },
  })
  try {
    session.load(batchesFor(cells[0]))
    return await work(session)
  } finally {
    await session.close()
  }
}
