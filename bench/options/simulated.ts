import type { z } from 'zod'
import { UsageError } from './usage-error.ts'
import type { simulateSchema } from './schemas.ts'

type Unsettled = z.output<typeof simulateSchema>

/** What the program chooses while nothing else is asked for: 1 to 64 ranks. */
const RANKS = [1, 2, 4, 8, 16, 32, 64]
const DEPTH = 5
const WIDTH = 256
/** Of a layer, as many columns as every kernel computes together. */
const COLUMNS_PER_RANK = 16

/**
 * What `simulate` adds to the options of a plan: a grid alone means that grid alone, and a model, a batch and thread
 * counts that were not asked for are large enough for what was.
 *
 * @throws UsageError for two ways to name a model
 */
export function settleSimulated(options: Unsettled, given: (key: keyof Unsettled) => boolean): Unsettled {
  const { depth, width, grid, layers, model } = options
  const named = layers ? 'layers' : model ? 'model' : undefined
  const other = depth === undefined ? (width === undefined ? undefined : 'width') : 'depth'
  if (named && other) throw new UsageError(`--${other} ${options[other]}: expected without --${named}`)

  const modes = grid !== undefined && !given('modes') ? (['hybrid'] as const) : options.modes
  const threads = options.threads ?? (grid === undefined || grid === 'all' ? RANKS : undefined)
  const degrees = Array.isArray(grid)
    ? grid
    : (threads ?? RANKS).map((ranks) => ({ dp: ranks, pp: ranks, tp: 1 }))
  const most = (of: (degree: (typeof degrees)[number]) => number) => Math.max(...degrees.map(of))
  const stages = modes.some((mode) => mode !== 'data' && mode !== 'serial' && mode !== 'tensor')
    ? most(({ pp }) => pp)
    : 1
  const wide = width ?? Math.max(WIDTH, COLUMNS_PER_RANK * most(({ tp }) => tp))
  const deep = depth ?? Math.max(DEPTH, stages)
  const replicas = (dp: number) => (modes.includes('hybrid') ? dp * options.microbatches : dp)
  return {
    ...options,
    modes: [...modes],
    threads,
    layers: named ? layers : Array.from({ length: deep + 1 }, () => wide),
    batch:
      given('batch') || model !== undefined
        ? options.batch
        : Math.max(
            options.batch,
            options.microbatches,
            most(({ dp }) => replicas(dp)),
          ),
  }
}
