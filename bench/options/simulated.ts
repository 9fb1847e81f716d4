import type { DimensionOptions } from '../../src/cells/dimensions.ts'
import { option, type OptionsOf, numberFrom0, positiveNumber, text, wholeNumber } from '../../src/cells/values.ts'
import type { Degrees } from '../../src/plan/grid.ts'
import { MEMORY_GBPS } from '../../src/simulate/rate.ts'
import { UsageError, type Given } from './command.ts'

/** What one simulation may take a few seconds for. */
export const MOST_RANKS = 4096

const size = wholeNumber(1, 65_536)
const rate = positiveNumber()

export const SIMULATE_OPTIONS = {
  depth: option('--depth <layers>', 'layers that are all alike (default: 5, or one a stage)', size),
  width: option('--width <columns>', 'their width (default: 256, or what the grid needs)', size),
  gflops: option('--gflops <rate>', 'GFLOP/s of a rank, whatever the size (default: timed here)', rate),
  memoryGbps: option('--memory-gbps <rate>', 'GB/s of a rank where it only reads and writes', rate, MEMORY_GBPS),
  calibration: option(
    '--calibration <file>',
    'take times from a calibration.csv',
    text('the path of a calibration.csv'),
  ),
  handoffUs: option('--handoff-us <time>', 'µs of a handoff (default: 0.2, or calibrated)', numberFrom0),
  bandwidthGbps: option('--bandwidth-gbps <rate>', 'GB/s from rank to rank (default: 50)', rate),
  machines: option('--machines <count>', 'divide the ranks between these machines', wholeNumber(1, MOST_RANKS), 1),
  latencyUs: option('--latency-us <time>', 'µs between machines', numberFrom0, 50),
  networkGbps: option('--network-gbps <rate>', 'GB/s between machines', rate, 1.25),
}

export type SimulateOptions = DimensionOptions & OptionsOf<typeof SIMULATE_OPTIONS>

/** What the program chooses where nothing else is asked for. */
const RANKS = [1, 2, 4, 8, 16, 32, 64]
const DEPTH = 5
const WIDTH = 256
/** Columns of a layer that every kernel computes together. */
const COLUMNS_PER_RANK = 16

/**
 * What `simulate` adds to the options of a plan: a grid alone means that grid alone, and a model, a batch and thread
 * counts that were not asked for are large enough for what was.
 *
 * @throws UsageError for two ways to name a model
 */
export function sized(options: SimulateOptions, given: Given): SimulateOptions {
  const { depth, width, grid, layers, model } = options
  const named = layers ? 'layers' : model ? 'model' : undefined
  const other = depth === undefined ? (width === undefined ? undefined : 'width') : 'depth'
  if (named && other) throw new UsageError(`--${other} ${options[other]}: expected without --${named}`)

  const modes = grid !== undefined && !given('modes') ? (['hybrid'] as const) : options.modes
  const threads = options.threads ?? (grid === undefined || grid === 'all' ? RANKS : undefined)
  const degrees = Array.isArray(grid) ? grid : (threads ?? RANKS).map((ranks) => ({ dp: ranks, pp: ranks, tp: 1 }))
  const most = (degree: keyof Degrees) => Math.max(...degrees.map((each) => each[degree]))
  const hasStages = modes.some((mode) => mode !== 'data' && mode !== 'serial' && mode !== 'tensor')
  const wide = width ?? Math.max(WIDTH, COLUMNS_PER_RANK * most('tp'))
  const deep = depth ?? Math.max(DEPTH, hasStages ? most('pp') : 1)
  const shares = most('dp') * (modes.includes('hybrid') ? options.microbatches : 1)
  const keepsBatch = given('batch') || model !== undefined
  return {
    ...options,
    modes: [...modes],
    threads,
    layers: named ? layers : Array<number>(deep + 1).fill(wide),
    batch: keepsBatch ? options.batch : Math.max(options.batch, options.microbatches, shares),
  }
}
