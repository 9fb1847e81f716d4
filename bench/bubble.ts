import type { Cell } from '../src/cells/cell.ts'
import { percent } from '../src/report/text/format.ts'
import { announceSkipped, chooseCells } from '../src/cells/choose.ts'
import { rotatingBatches } from './run/data.ts'
import type { Experiment, GroupResult } from './run/experiment.ts'
import { chooseModel } from './run/model.ts'
import { HIDDEN_WIDTHS, type ScalingOptions } from './options.ts'

const MICROBATCHES = [1, 2, 4, 8, 16, 32, 64]

/**
 * The bubble: how long pipelines idle, measured and as their plans have it, against the number of microbatches.
 * Varies: microbatches, schedule. Fixed: threads (the cores, at least 2), model, batch, seed, kernel.
 */
export function bubble(options: ScalingOptions, cores: number): Experiment {
  const { set } = rotatingBatches(options)
  const model = chooseModel(options, HIDDEN_WIDTHS.scaling, set)
  const threads = options.threads ?? [Math.max(2, cores)]
  const cells: Cell[] = []
  for (const microbatches of MICROBATCHES.filter((count) => count <= options.batch)) {
    const chosen = chooseCells({ ...options, modes: ['pipeline'], microbatches }, model, threads)
    announceSkipped(chosen.skipped)
    if (cells.length === 0) cells.push(chosen.serial)
    const named = chosen.cells.slice(1).map((cell) => ({
      ...cell,
      name: cell.name.replace(/-(\d+)$/, `-m${microbatches}-$1`),
    }))
    cells.push(...named)
  }
  return { name: 'bubble', groups: [{ label: '', cells }], conclude }
}

function conclude([{ outcomes }]: readonly GroupResult[]): string[] {
  const pipelines = outcomes.filter(
    ({ cell, summary }) => summary && cell.mode === 'pipeline' && cell.plan.programs.length > 1,
  )
  const schedules = [...new Set(pipelines.map(({ cell }) => cell.setting.schedule))]
  return schedules.map((schedule) => {
    const of = pipelines.filter(({ cell }) => cell.setting.schedule === schedule)
    const [first, last] = [of[0], of[of.length - 1]]
    const fastest = of.reduce((a, b) => (b.summary!.medianNs < a.summary!.medianNs ? b : a))
    const idle = (outcome: typeof first) =>
      `${percent(outcome.summary!.bubbleFraction)} (ideal ${percent(outcome.summary!.bubbleFractionIdeal)})`
    return (
      `${schedule}: from ${first.cell.setting.microbatches} to ${last.cell.setting.microbatches} microbatches the bubble goes from ` +
      `${idle(first)} to ${idle(last)}; the step is shortest with ${fastest.cell.setting.microbatches}, since smaller microbatches compute more slowly.`
    )
  })
}
