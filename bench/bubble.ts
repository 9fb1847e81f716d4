import { chooseCells, type CellOptions } from '../src/cells/choose.ts'
import { fieldsOf } from '../src/cells/dimensions.ts'
import { variantOf } from '../src/cells/labels.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { fastestOf } from '../src/measure/fastest.ts'
import { soundOf, type GroupResult, type Sound } from '../src/measure/outcome.ts'
import { groupBy } from '../src/measure/statistics.ts'
import { percent } from '../src/report/text/format.ts'
import type { ExperimentKind } from './run/experiment.ts'

const MICROBATCHES = [1, 2, 4, 8, 16, 32, 64]

/**
 * The bubble: how long pipelines idle, measured and by their plans, against the number of microbatches.
 * Varies: microbatches, schedule. Fixed: threads (the cores, at least 2), model, batch, seed, kernel.
 */
export const bubble: ExperimentKind = {
  name: 'bubble',
  summary: 'idle time of pipelines against microbatches, measured and ideal',
  takes: ['threads', 'schedule', 'chunks', 'handoff', 'wait', 'pin', 'kernel', 'layers', 'model', 'activation', 'loss', 'optimizer', 'learningRate', 'batch', 'dataset', 'label', 'seed'], // prettier-ignore
  overrides: { threads: { help: 'thread counts (default: the cores, at least 2)' } },
  examples: ['bubble', 'bubble --schedule all --layers 784-256-256-256-256-10'],
  build(options, data, cores) {
    const model = data.model(HIDDEN_WIDTHS.scaling)
    const threads = options.threads ?? [Math.max(2, cores)]
    const pipelines: CellOptions = { ...options, modes: ['pipeline'], table: undefined }
    const chosen = MICROBATCHES.filter((count) => count <= options.batch).map((microbatches) =>
      chooseCells({ ...pipelines, microbatches }, model, threads, ['microbatches']),
    )
    const cells = [chosen[0].serial, ...chosen.flatMap((each) => each.cells.slice(1))]
    return { groups: [{ label: '', cells }], skipped: chosen.flatMap((each) => each.skipped), conclude }
  },
}

const idle = ({ cell, summary }: Sound): string =>
  `${percent(summary.bubbleFraction)} (by plan ${percent(summary.bubbleFractionIdeal)}) with ${cell.grid.microbatches}`

/** A sentence for each curve, of pipelines that differ in their microbatches alone. */
function conclude([{ outcomes }]: readonly GroupResult[]): string[] {
  const pipelines = soundOf(outcomes).filter(({ cell }) => cell.mode === 'pipeline' && cell.plan.programs.length > 1)
  const counts = new Set(pipelines.map(({ cell }) => cell.plan.programs.length))
  const nameOf = ({ cell }: Sound) => {
    const variant = variantOf(fieldsOf(cell))
    return counts.size > 1 ? `${variant} on ${cell.plan.programs.length} threads` : variant
  }
  return [...groupBy(pipelines, nameOf)].map(([name, curve]) => {
    const [first] = curve
    const last = curve.length > 1 ? ` and ${idle(curve[curve.length - 1])}` : ''
    const unit = last === '' && first.cell.grid.microbatches === 1 ? 'microbatch' : 'microbatches'
    return `${name}: threads wait ${idle(first)}${last} ${unit}${shortest(curve)}.`
  })
}

/** With which of several counts the step is shortest, as far as this run shows it. */
function shortest(curve: readonly Sound[]): string {
  if (curve.length < 2) return ''
  const counts = fastestOf(curve).map(({ cell }) => cell.grid.microbatches)
  if (counts.length === 1) return `; the median step is shortest with ${counts[0]}`
  return `; not known with how many the step is shortest: ${counts.toSorted((a, b) => a - b).join(', ')}`
}
