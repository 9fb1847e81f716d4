import { chooseCells, type CellOptions } from '../src/cells/choose.ts'
import { fastestOf } from '../src/measure/fastest.ts'
import { EQUAL_WITHIN } from '../src/measure/noise.ts'
import { serialOf, soundOf, type GroupResult, type Outcome, type Sound } from '../src/measure/outcome.ts'
import { formatInterval, listed, percent } from '../src/report/text/format.ts'
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

const speedupOf = ({ summary }: Sound): string => formatInterval(summary.speedup!, summary.speedupInterval)

const named = (cells: readonly Sound[]): string => listed(cells.map((each) => `${each.cell.name} ${speedupOf(each)}`))

/** A speed-up that is not shown to differ from 1 wins nothing. */
const isFaster = ({ differs, summary }: Sound): boolean => differs === true && summary.speedup! > 1

const conclude = (results: readonly GroupResult[]): string[] =>
  results.map(({ group, outcomes }) => `${group.label}: ${winner(outcomes)}.`)

/** Which grid wins against one thread and against the other grids, as far as this run shows it. */
function winner(outcomes: readonly Outcome[]): string {
  const sound = soundOf(outcomes)
  if (!serialOf(sound)) return 'not known: one thread has no result to compare with'
  const grids = sound.filter(({ cell }) => cell.mode === 'hybrid')
  if (grids.length === 0) return 'not known: no grid has a result'
  const fastest = fastestOf(grids)
  const [best] = fastest
  if (!fastest.some(isFaster)) {
    return fastest.some(({ differs }) => differs === undefined)
      ? `not known whether a grid is faster than one thread: ${named(fastest)}`
      : `no grid is faster than one thread by more than ${percent(EQUAL_WITHIN)}: ${named(fastest)}`
  }
  if (fastest.length > 1) return `not known which grid is fastest: ${named(fastest)} times as fast as one thread`
  const others = grids.filter((each) => each !== best).toSorted((a, b) => a.summary.medianNs - b.summary.medianNs)
  const then = others.length === 0 ? '' : `; then ${named(others)}`
  return `${best.cell.name} wins, ${speedupOf(best)} times as fast as one thread${then}`
}
