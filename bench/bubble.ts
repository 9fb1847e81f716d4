import { chooseCells, type CellOptions } from '../src/cells/choose.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import type { GroupResult, Outcome } from '../src/measure/outcome.ts'
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

const idle = ({ cell, summary }: Outcome): string =>
  `${percent(summary!.bubbleFraction)} (by plan ${percent(summary!.bubbleFractionIdeal)}) with ${cell.grid.microbatches}`

function conclude([{ outcomes }]: readonly GroupResult[]): string[] {
  const pipelines = outcomes.filter(
    ({ cell, summary }) => summary && cell.mode === 'pipeline' && cell.plan.programs.length > 1,
  )
  const schedules = [...new Set(pipelines.map(({ cell }) => cell.grid.schedule))]
  return schedules.map((schedule) => {
    const of = pipelines.filter(({ cell }) => cell.grid.schedule === schedule)
    const [first, last] = [of[0], of[of.length - 1]]
    const fastest = of.reduce((a, b) => (b.summary!.medianNs < a.summary!.medianNs ? b : a))
    return (
      `${schedule}: threads wait ${idle(first)} and ${idle(last)} microbatches; ` +
      `the median step is shortest with ${fastest.cell.grid.microbatches}.`
    )
  })
}
