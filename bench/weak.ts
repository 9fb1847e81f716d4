import { chooseCells, defaultThreads } from '../src/cells/choose.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { someOption } from '../src/cells/values.ts'
import { gustafson } from '../src/measure/laws/serial-share.ts'
import { serialOf, soundOf, type GroupResult, type Sound } from '../src/measure/outcome.ts'
import { formatInterval } from '../src/report/text/format.ts'
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

/**
 * The scaled speed-up, as Gustafson's law has it: what one thread takes for the work of all, over what they take for it
 * together, paired within blocks.
 */
const conclude = (results: readonly GroupResult[]): string[] =>
  results.flatMap(({ group, outcomes }) => {
    const split = outcomes.filter(({ cell }) => cell.mode !== 'serial' && cell.plan.programs.length > 1)
    if (split.length === 0) return []
    const sound = serialOf(soundOf(outcomes)) ? soundOf(split) : []
    const found = sound.length === 0 ? 'not known' : sound.map(scaledSpeedup).join(', ')
    return [`With ${group.label}, times as fast as one thread with as many samples: ${found}.`]
  })

/** "≈": no difference from one thread is shown. */
const scaledSpeedup = ({ cell, differs, summary }: Sound): string =>
  `${cell.name} ${differs === true ? '' : '≈ '}${formatInterval(summary.speedup!, summary.speedupInterval)}`
