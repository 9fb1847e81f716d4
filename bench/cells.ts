import type { Hyperparameters } from '../src/kernels/kernel.ts'
import { createCell, type Cell } from '../src/measure/cell.ts'
import type { Model } from '../src/model/shape.ts'
import { GRID_DEFAULTS } from '../src/plan/grid.ts'
import { modeImpossible, type Mode, type Setting } from '../src/plan/modes.ts'
import type { ScalingOptions, TrainOptions } from './options.ts'

/** Of Adam and momentum: the values that everybody uses (Kingma and Ba 2015). */
const BETAS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

export interface Skipped {
  readonly mode: Mode
  readonly threads: number
  readonly reason: string
}

/**
 * All cells that a choice of modes, thread counts, schedules and reductions amounts to, serial always among them: it
 * is what the others are verified against and compared with. What is not possible is skipped, with the reason;
 * explicit thread counts that are not possible have been refused before.
 */
export function chooseCells(
  options: ScalingOptions | TrainOptions,
  model: Model,
  threadCounts: readonly number[],
): { serial: Cell; cells: Cell[]; skipped: Skipped[] } {
  const { optimizer, learningRate, batch, microbatches } = options
  const hyper: Hyperparameters = { ...BETAS, learningRate }
  const common = {
    model,
    optimizer,
    batch,
    microbatches,
    schedule: options.schedule[0],
    reduction: options.reduction[0],
    ...GRID_DEFAULTS,
  }
  const serial = createCell('serial', { ...common, threads: 1 }, hyper)
  const cells: Cell[] = [serial]
  const skipped: Skipped[] = []
  for (const mode of options.modes.filter((other) => other !== 'serial')) {
    for (const schedule of mode === 'pipeline' ? options.schedule : options.schedule.slice(0, 1)) {
      for (const reduction of mode === 'data' ? options.reduction : options.reduction.slice(0, 1)) {
        for (const threads of threadCounts) {
          const setting: Setting = { ...common, schedule, reduction, threads }
          const reason = modeImpossible(mode, setting)
          if (reason) skipped.push({ mode, threads, reason })
          else cells.push(createCell(mode, setting, hyper))
        }
      }
    }
  }
  return { serial, cells, skipped }
}

/** 1, 2, 4, … and the number of cores itself. */
export function defaultThreads(cores: number): number[] {
  const counts = [1]
  while (counts[counts.length - 1] * 2 <= cores) counts.push(counts[counts.length - 1] * 2)
  if (!counts.includes(cores)) counts.push(cores)
  return counts
}
