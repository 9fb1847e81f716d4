import { cutBatches, type Batches } from '../../src/measure/batches.ts'
import { createCell, EXECUTION, type Cell, type Execution } from '../../src/measure/cell.ts'
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
