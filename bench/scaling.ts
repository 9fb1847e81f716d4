import { amdahl } from '../src/measure/laws/amdahl.ts'
import { usl } from '../src/measure/laws/usl.ts'
import { announceSkipped, chooseCells, defaultThreads } from '../src/cells/choose.ts'
import { rotatingBatches } from './run/data.ts'
import type { Experiment, GroupResult } from './run/experiment.ts'
import type { Outcome } from '../src/measure/outcome.ts'
import { chooseModel } from './run/model.ts'
import { HIDDEN_WIDTHS, type ScalingOptions } from './options.ts'
import { isReal, signed } from './run/sentences.ts'

/**
 * Strong scaling: the same training step, split in every mode over more and more threads.
 * Varies: mode, schedule, reduction, threads. Fixed: model, batch, data, seed, kernel.
 */
export function scaling(options: ScalingOptions, cores: number): Experiment {
  const { set } = rotatingBatches(options)
  const model = chooseModel(options, HIDDEN_WIDTHS.scaling, set)
  const { cells, skipped } = chooseCells(options, model, options.threads ?? defaultThreads(cores))
  announceSkipped(skipped)
  return { name: 'scaling', groups: [{ label: '', cells }], laws: [amdahl, usl], conclude }
}

function conclude([{ outcomes }]: readonly GroupResult[]): string[] {
  const timed = outcomes.filter(
    ({ summary, cell }) => summary?.speedup !== undefined && cell.plan.programs.length > 1,
  )
  if (timed.length === 0) return []
  const best = timed.reduce((a, b) => (b.summary!.speedup! > a.summary!.speedup! ? b : a))
  const layer = timed.find(({ cell }) => cell.mode === 'layer')
  return [
    isReal(best)
      ? `Fastest here: ${best.cell.name}, ${signed(best)} times as fast as serial; ${eaten(best)}.`
      : 'Not shown here: that any split is faster than serial; the intervals reach 1 or lie within the noise.',
    ...(layer
      ? [
          `Splitting layers without microbatches ${isReal(layer) ? `changes the step to ${signed(layer)} of serial’s speed` : 'makes no difference that shows'}; ` +
            `its threads wait ${(100 * layer.summary!.bubbleFraction).toFixed(0)} % of their time.`,
        ]
      : []),
  ]
}

/** What keeps a cell from being as many times as fast as it has threads. */
function eaten({ cell, summary }: Outcome): string {
  const threads = cell.plan.programs.length
  const lost = 1 - summary!.speedup! / threads
  return `of ${threads} threads’ time, ${(100 * lost).toFixed(0)} % gains nothing: ${(100 * summary!.bubbleFraction).toFixed(0)} % is waiting, the rest is work that serial does not have or does faster`
}
