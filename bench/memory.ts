import { chooseCells } from '../src/cells/choose.ts'
import type { Cell } from '../src/cells/cell.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { ownersCompute } from '../src/plan/grid.ts'
import { memoryPerRank, neediest } from '../src/plan/read/memory.ts'
import { mib } from '../src/report/text/format.ts'
import { memoryTable } from '../src/report/text/tables.ts'
import { idealBubble } from '../src/simulate/bubble.ts'
import type { ExperimentKind } from './run/experiment.ts'

/** Nothing runs, so that there may be more threads than cores. */
const THREADS = [1, 2, 4, 8]

/**
 * Memory: what each thread needs, as if it were a device of its own, counted from the plans.
 * Varies: mode, schedule, reduction, threads. Fixed: model, batch, optimizer. Nothing is run.
 */
export const memory: ExperimentKind = {
  name: 'memory',
  summary: 'bytes per thread of each mode and schedule, counted from the plans',
  takes: ['modes', 'threads', 'grid', 'schedule', 'scheduleFile', 'chunks', 'reduction', 'bucketKib', 'overlap', 'shardOptimizer', 'handoff', 'layers', 'model', 'optimizer', 'batch', 'microbatches', 'dataset', 'label'], // prettier-ignore
  overrides: { threads: { help: `thread counts (default: ${THREADS.join(', ')})` } },
  examples: ['memory', 'memory --modes data,layer --optimizer adam'],
  build(options, data) {
    const model = data.model(HIDDEN_WIDTHS.scaling)
    const { cells, skipped } = chooseCells({ ...options, memoryPerRank: undefined }, model, options.threads ?? THREADS)
    return {
      groups: [],
      skipped,
      async *beside() {
        yield { kind: 'planned', cells }
        return { lines: [memoryTable(cells.map(rowOf))] }
      },
      conclude: () => conclude(cells),
    }
  },
}

const rowOf = (cell: Cell) => ({ cell, perRank: memoryPerRank(cell.plan), idle: idealBubble(cell.plan) })

function conclude(cells: readonly Cell[]): string[] {
  const needs = cells.map((cell) => ({ cell, ...neediest(cell.plan) }))
  const [serial] = needs
  const least = needs.reduce((a, b) => (b.bytes < a.bytes ? b : a))
  const sentence = `One thread needs ${mib(serial.bytes)}; ${least.cell.name} needs least per thread, ${mib(least.bytes)}: with a budget between the two, only a split model fits.`
  const replicas = needs.filter(({ cell: { mode, grid } }) => mode === 'data' && !ownersCompute(grid) && grid.dp > 1)
  if (replicas.length === 0) return [sentence]
  const most = replicas.reduce((a, b) => (b.bytes > a.bytes ? b : a))
  return [
    sentence,
    `Replicas save activations only: ${most.cell.name} still needs ${mib(most.bytes)} per thread, weights and gradients in full.`,
  ]
}
