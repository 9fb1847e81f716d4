import { cutBatches, type Batches } from '../../src/measure/batches.ts'
import { EXECUTION, type Cell, type Execution } from '../../src/cells/cell.ts'
import { createCell } from '../../src/cells/choose.ts'
import { openSession, type Session } from '../../src/measure/session.ts'
import { syntheticDataSet } from '../../src/model/data/synthetic.ts'
import { GRID_DEFAULTS, type Degrees } from '../../src/plan/grid.ts'
import { degreesOf, gridOf, type Mode, type Open } from '../../src/plan/modes.ts'

export const HYPER = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

const OPEN: Open = {
  model: { widths: [20, 18, 16, 14, 10], activation: 'relu', loss: 'cross-entropy' },
  optimizer: 'sgd',
  batch: 48,
  microbatches: 6,
  schedule: '1f1b',
  reduction: 'direct',
  ...GRID_DEFAULTS,
}

/** What is said of a small cell; `degrees` are for `hybrid`, which `threads` do not decide. */
export interface Setting extends Partial<Open> {
  readonly threads?: number
  readonly degrees?: Degrees
}

/** A small cell, for tests with real threads. */
export function smallCell(
  mode: Mode,
  { threads = 1, degrees = { dp: 1, pp: 1, tp: 1 }, ...open }: Setting = {},
  execution: Partial<Execution> = {},
): Cell {
  const grid = gridOf(mode, { ...OPEN, ...open }, mode === 'hybrid' ? degrees : degreesOf(mode, threads))
  return createCell({ mode, grid, ...EXECUTION, ...execution }, HYPER)
}

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
export async function withCells<T>(cells: readonly Cell[], work: (session: Session) => Promise<T>): Promise<T> {
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
