import { chooseCells, defaultThreads } from '../src/cells/choose.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { someOption } from '../src/cells/values.ts'
import { gustafson } from '../src/measure/laws/serial-share.ts'
import type { GroupResult } from '../src/measure/outcome.ts'
import { stepFlop } from '../src/model/shape.ts'
import type { ExperimentKind } from './run/experiment.ts'

/** Modes whose work grows with the batch on every thread. */
const MODES = ['data', 'tensor'] as const

/**
 * Weak scaling: the batch grows with the threads, so that each has as much to do as one alone.
 * Varies: threads, and the batch with them; mode, reduction. Fixed: model, samples per thread, seed, kernel.
 */
export const weak: ExperimentKind = {
  name: 'weak',
  summary: 'the batch grows with the threads: does the time stay the same?',
  takes: ['modes', 'threads', 'reduction', 'bucketKib', 'overlap', 'shardOptimizer', 'dispatch', 'wait', 'pin', 'kernel', 'layers', 'model', 'activation', 'loss', 'optimizer', 'learningRate', 'batch', 'dataset', 'label', 'seed'], // prettier-ignore
  overrides: {
    modes: someOption('--modes <list>', 'modes to compare', MODES, MODES.join(',')),
    batch: { help: 'samples of a step for each thread' },
  },
  examples: ['weak', 'weak --threads 1,2,3,4 --reduction owner'],
  build(options, data, cores) {
    const model = data.model(HIDDEN_WIDTHS.scaling)
    const modes = options.modes.filter((mode) => MODES.some((each) => each === mode))
    const chosen = (options.threads ?? defaultThreads(cores)).map((threads) => ({
      label: `${threads} × ${options.batch} samples`,
      ...chooseCells({ ...options, modes, batch: options.batch * threads }, model, [threads]),
    }))
    const skipped = chosen.flatMap((each) => each.skipped)
    return { groups: chosen, skipped, laws: [gustafson], conclude }
  },
}

/** Flop per second of a cell of a group. */
function rate({ outcomes }: GroupResult, cell: string): number | undefined {
  const found = outcomes.find((outcome) => outcome.cell.name === cell && outcome.summary)
  return found && stepFlop(found.cell.plan.model, found.cell.plan.batch) / found.summary!.medianNs
}

/** Scaled speed-up: flop per second on p threads with p times the batch, over those of one thread with one batch. */
function conclude(results: readonly GroupResult[]): string[] {
  const [first] = results
  const alone = first && rate(first, first.group.cells[0].name)
  if (alone === undefined) return []
  return results.slice(1).map((result) => {
    const scaled = result.outcomes
      .filter(({ cell, summary }) => summary && cell.plan.programs.length > 1)
      .map(({ cell }) => `${cell.name} ${(rate(result, cell.name)! / alone).toFixed(2)}`)
    return `With ${result.group.label}, work per second relative to one thread: ${scaled.join(', ')}.`
  })
}
