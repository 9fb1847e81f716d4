import type { Experiment } from './run/experiment.ts'
import { idealBubble } from '../src/simulate/bubble.ts'
import { memoryPerRank, neediest } from '../src/plan/read/memory.ts'
import { appendRows } from '../src/report/folder/csv.ts'
import { MEMORY_COLUMNS, memoryRows } from '../src/report/rows/files.ts'
import { mib } from '../src/report/text/format.ts'
import { memoryTable } from '../src/report/text/memory-table.ts'
import { chooseCells } from '../src/cells/choose.ts'
import { rotatingBatches } from './run/data.ts'
import { chooseModel } from './run/model.ts'
import { HIDDEN_WIDTHS, type ScalingOptions } from './options.ts'

/** Nothing runs, so that there may be more threads than cores. */
const THREADS = [1, 2, 4, 8]

/**
 * Memory: what each thread needs, as if it were a device of its own, counted from the plans.
 * Varies: mode, schedule, reduction, threads. Fixed: model, batch, optimizer. Nothing is run.
 */
export function memory(options: ScalingOptions): Experiment {
  const { set } = rotatingBatches(options)
  const model = chooseModel(options, HIDDEN_WIDTHS.scaling, set)
  const { cells } = chooseCells({ ...options, memoryPerRank: undefined }, model, options.threads ?? THREADS)
  const needs = cells.map((cell) => ({ cell, ...neediest(cell.plan) }))
  return {
    name: 'memory',
    groups: [],
    beside: ({ begun, run }) => {
      appendRows(
        begun.folder.file('memory.csv'),
        MEMORY_COLUMNS,
        cells.flatMap((cell) => memoryRows(run, cell)),
      )
      const rows = cells.map((cell) => ({
        cell,
        perRank: memoryPerRank(cell.plan),
        idle: idealBubble(cell.plan),
      }))
      return Promise.resolve({ lines: [memoryTable(rows)] })
    },
    conclude: () => {
      const serial = needs[0]
      const least = needs.reduce((a, b) => (b.bytes < a.bytes ? b : a))
      const replicas = needs.filter(
        ({ cell }) => cell.mode === 'data' && cell.setting.reduction !== 'owner' && cell.dp > 1,
      )
      const most = replicas.reduce<(typeof needs)[number] | undefined>(
        (a, b) => (a && a.bytes > b.bytes ? a : b),
        undefined,
      )
      return [
        `One thread needs ${mib(serial.bytes)}; ${least.cell.name} needs least per thread, ${mib(least.bytes)}: with a budget between the two, only a split model fits.`,
        ...(most
          ? [
              `Replicas save activations only: ${most.cell.name} still needs ${mib(most.bytes)} per thread, weights and gradients in full.`,
            ]
          : []),
      ]
    },
  }
}
