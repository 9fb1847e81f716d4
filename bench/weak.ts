import { gustafson } from '../src/measure/laws/gustafson.ts'
import { stepFlop } from '../src/model/shape.ts'
import { announceSkipped, chooseCells, defaultThreads } from '../src/cells/choose.ts'
import { rotatingBatches } from './run/data.ts'
import type { Experiment, GroupResult } from './run/experiment.ts'
import { chooseModel } from './run/model.ts'
import { HIDDEN_WIDTHS, type ScalingOptions } from './options.ts'

/** Modes whose work grows with the batch on every thread. */
const MODES = ['data', 'tensor'] as const

/**
 * Weak scaling: the batch grows with the threads, so that each has as much to do as one alone.
 * Varies: threads, and the batch with them; mode, reduction. Fixed: model, samples per thread, seed, kernel.
 */
export function weak(options: ScalingOptions, cores: number): Experiment {
  const { set } = rotatingBatches(options)
  const model = chooseModel(options, HIDDEN_WIDTHS.scaling, set)
  const modes = options.modes.filter((mode) => MODES.some((weakMode) => weakMode === mode))
  const groups = (options.threads ?? defaultThreads(cores)).map((threads) => {
    const batch = options.batch * threads
    const { cells, skipped } = chooseCells({ ...options, modes, batch }, model, [threads])
    announceSkipped(skipped)
    return { label: `${threads} × ${options.batch} samples`, cells }
  })
  return { name: 'weak', groups, laws: [gustafson], conclude }
}

/** Flop per second of a cell of a group. */
function rate({ outcomes }: GroupResult, cell: string): number | undefined {
  const found = outcomes.find((outcome) => outcome.cell.name === cell && outcome.summary)
  return found && stepFlop(found.cell.plan.model, found.cell.plan.batch) / found.summary!.medianNs
}

/** Scaled speed-up: flop per second on p threads with p times the batch, over those of one thread with one batch. */
function conclude(results: readonly GroupResult[]): string[] {
  const alone = results[0] && rate(results[0], 'serial-1')
  if (alone === undefined) return []
  return results.slice(1).map((result) => {
    const scaled = result.outcomes
      .filter(({ cell, summary }) => summary && cell.plan.programs.length > 1)
      .map(({ cell }) => `${cell.name} ${(rate(result, cell.name)! / alone).toFixed(2)}`)
    return `With ${result.group.label} the threads together do so many times the work of one alone: ${scaled.join(', ')}.`
  })
}
