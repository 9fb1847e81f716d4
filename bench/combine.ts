import { MODES } from '../src/plan/modes.ts'
import { syntheticWidths } from './run/data.ts'
import { announceSkipped, chooseCells } from '../src/cells/choose.ts'
import type { Experiment, GroupResult } from './run/experiment.ts'
import type { ScalingOptions } from './options.ts'
import { isReal, signed } from './run/sentences.ts'

/** Narrow and wide layers, few and many samples, all with as many layers. */
const WIDTHS = [64, 512]
const BATCHES = [32, 256]
const HIDDEN_LAYERS = 4

/**
 * Combining: every product of data, pipeline and tensor parallelism of one thread count.
 * Varies: grid, width of the layers, batch. Fixed: threads (the cores, at least 2), depth, schedule 1f1b, seed, kernel.
 */
export function combine(options: ScalingOptions, cores: number): Experiment {
  const { activation, loss } = options
  const threads = options.threads ?? [Math.max(2, cores)]
  const groups = WIDTHS.flatMap((width) =>
    BATCHES.map((batch) => {
      const widths = syntheticWidths(Array.from({ length: HIDDEN_LAYERS }, () => width))
      const split = { ...options, modes: MODES.filter((mode) => mode === 'hybrid'), grid: 'all' as const }
      const { cells, skipped } = chooseCells(
        {
          ...split,
          batch,
          schedule: ['1f1b'],
          reduction: ['owner'],
          microbatches: Math.min(options.microbatches, batch),
        },
        { widths, activation, loss },
        threads,
      )
      announceSkipped(skipped)
      return { label: `width ${width}, batch ${batch}`, cells }
    }),
  )
  return { name: 'combine', groups, conclude }
}

const conclude = (results: readonly GroupResult[]): string[] =>
  results.map(({ group, outcomes }) => {
    const split = outcomes.filter(
      ({ summary, cell }) => summary?.speedup !== undefined && cell.mode === 'hybrid',
    )
    const ranked = split.toSorted((a, b) => b.summary!.speedup! - a.summary!.speedup!)
    const [best, second] = ranked
    if (!best || !isReal(best)) return `${group.label}: not shown here that any grid is faster than serial.`
    const clear = !second || best.summary!.speedupInterval!.low > second.summary!.speedupInterval!.high
    const others = ranked.slice(1, 3).map((each) => `${each.cell.name} ${signed(each)}`)
    return `${group.label}: ${best.cell.name} wins with ${signed(best)}${clear ? '' : ', though not clearly'}; then ${others.join(', ')}.`
  })
