import { chooseCells, type CellOptions } from '../src/cells/choose.ts'
import type { GroupResult, Outcome } from '../src/measure/outcome.ts'
import { formatInterval } from '../src/report/text/format.ts'
import { ONE_WAY } from './options/run-options.ts'
import type { ExperimentKind } from './run/experiment.ts'

/** Narrow and wide layers, few and many samples, with the same number of layers. */
const WIDTHS = [64, 512]
const BATCHES = [32, 256]
const HIDDEN_LAYERS = 4

/**
 * Combining: every product of data, pipeline and tensor parallelism of one thread count.
 * Varies: grid, width of the layers, batch. Fixed: threads (the cores, at least 2), depth, schedule 1f1b, seed, kernel.
 */
export const combine: ExperimentKind = {
  name: 'combine',
  summary: 'all grids, as width and batch change: which wins where?',
  takes: ['threads', 'microbatches', 'wait', 'pin', 'kernel', 'activation', 'loss', 'optimizer', 'learningRate', 'dataset', 'label', 'seed'], // prettier-ignore
  overrides: { threads: { help: 'thread counts (default: the cores, at least 2)' } },
  examples: ['combine', 'combine --threads 4'],
  build(options, data, cores) {
    const threads = options.threads ?? [Math.max(2, cores)]
    const grids: CellOptions = { ...options, ...ONE_WAY, modes: ['hybrid'], grid: 'all', table: undefined }
    const chosen = WIDTHS.flatMap((width) => {
      const model = data.model(Array<number>(HIDDEN_LAYERS).fill(width))
      return BATCHES.map((batch) => {
        const microbatches = Math.min(options.microbatches, batch)
        return {
          label: `width ${width}, batch ${batch}`,
          ...chooseCells({ ...grids, batch, microbatches }, model, threads),
        }
      })
    })
    return { groups: chosen, skipped: chosen.flatMap((each) => each.skipped), conclude }
  },
}

/** What the interval of a speed-up does not show is not claimed. */
const isFaster = ({ differs, summary }: Outcome): boolean => differs === true && summary!.speedup! > 1

const withInterval = ({ summary }: Outcome): string => formatInterval(summary!.speedup!, summary!.speedupInterval)

const conclude = (results: readonly GroupResult[]): string[] =>
  results.map(({ group, outcomes }) => {
    const split = outcomes.filter(({ summary, cell }) => summary?.speedup !== undefined && cell.mode === 'hybrid')
    const ranked = split.toSorted((a, b) => b.summary!.speedup! - a.summary!.speedup!)
    const [best, second] = ranked
    if (!best || !isFaster(best)) return `${group.label}: not shown here that any grid is faster than serial.`
    const clear = !second || best.summary!.speedupInterval!.low > (second.summary!.speedupInterval?.high ?? Infinity)
    const others = ranked.slice(1, 3).map((each) => `${each.cell.name} ${withInterval(each)}`)
    const then = others.length > 0 ? `; then ${others.join(', ')}` : ''
    return `${group.label}: ${best.cell.name} is fastest, ${withInterval(best)} times as fast as serial${clear ? '' : ', though not clearly'}${then}.`
  })
