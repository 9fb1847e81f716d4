import type { Hyperparameters } from '../kernels/kernel.ts'
import { checkPlan } from '../plan/check/check.ts'
import { planGrid } from '../plan/build/programs.ts'
import { SERIAL_AGAIN, type Cell, type Strategy } from './cell.ts'
import { nameOf, type DimensionName } from './dimensions.ts'

/**
 * Makes a cell, with its plan proved.
 *
 * @param varied dimensions that its name tells although the names of other runs' cells do not
 * @throws PlanError if there is no plan for the grid
 */
export function createCell(strategy: Strategy, hyper: Hyperparameters, varied: readonly DimensionName[] = []): Cell {
  const plan = planGrid(strategy.grid)
  checkPlan(plan)
  const cell = { ...strategy, again: false, plan, hyper }
  return { ...cell, ...nameOf(cell, varied) }
}

export const againOf = (serial: Cell): Cell => ({ ...serial, name: SERIAL_AGAIN, family: 'serial-again', again: true })
