import { KERNELS } from '../kernels/kernel.ts'
import { GRID_DEFAULTS, HANDOFFS, ranksOf } from '../plan/grid.ts'
import { isPipelined, isReplicated, MODES } from '../plan/modes.ts'
import { REDUCTIONS } from '../plan/reductions/index.ts'
import { schedules } from '../plan/schedules/index.ts'
import { DISPATCHES, EXECUTION, WAITS, type Strategy } from './cell.ts'
import type { Column, Field } from './columns.ts'
import type { DimensionTable, Fields, Unnamed } from './dimension.ts'
import { option, someOption, grids, oneOf, text, wholeNumber, wholeNumbers } from './values.ts'

/** Hybrid is left out, since on few threads each of its grids is a mode of its own. */
const DEFAULT_MODES = MODES.filter((mode) => mode !== 'hybrid')
const MOST_THREADS = 256
const BUCKET_KIB = GRID_DEFAULTS.bucketBytes / 1024

const SCHEDULES = Object.keys(schedules) as (keyof typeof schedules)[]

const pipelined = ({ mode, grid }: Strategy): boolean => isPipelined(mode, grid)
const interleaved = (cell: Strategy): boolean => pipelined(cell) && cell.grid.schedule === 'interleaved'
const replicated = ({ mode, grid }: Strategy): boolean => isReplicated(mode, grid)
const reduces = (cell: Strategy): boolean => replicated(cell) && cell.grid.reduction !== 'owner'

/** A column of the cells that a condition holds for. */
const columnIf = (
  name: string,
  applies: (cell: Strategy) => boolean,
  value: (cell: Unnamed) => Field,
): Column<Unnamed> => [name, (cell) => (applies(cell) ? value(cell) : undefined)]
const unless = (usual: Field, column: string) => (fields: Fields) =>
  fields[column] === usual ? undefined : fields[column]

/** How the same work is done: rows that differ in it can be compared. */
export const MANNER = {
  modes: {
    ...someOption('--modes <list>', 'modes to compare', MODES, DEFAULT_MODES.join(',')),
    columns: [['mode', ({ mode }) => mode]],
    label: ({ mode }) => mode,
  },
  threads: {
    ...option('--threads <list>', 'thread counts (default: 1, 2, 4, … up to the cores)', wholeNumbers(1, MOST_THREADS)),
    columns: [['threads', ({ grid }) => ranksOf(grid)]],
  },
  grid: {
    ...option('--grid <list>', 'degrees of hybrid, data x pipeline x tensor, like 2x2x1; or all', grids(MOST_THREADS)),
    columns: [
      ['dp', ({ grid }) => grid.dp],
      ['pp', ({ grid }) => grid.pp],
      ['tp', ({ grid }) => grid.tp],
    ],
    label: ({ mode, dp, pp, tp }) => (mode === 'hybrid' ? `${dp}x${pp}x${tp}` : undefined),
  },
  schedule: {
    ...someOption('--schedule <list>', 'schedules of the pipeline', SCHEDULES, 'gpipe,1f1b,zero-bubble'),
    columns: [columnIf('schedule', pipelined, ({ grid }) => (grid.table ? 'file' : grid.schedule))],
    label: ({ schedule }) => schedule,
  },
  scheduleFile: option(
    '--schedule-file <file>',
    'a schedule of your own as CSV, a row per rank: 0F0, 0I0, 0W0, 0B0, …',
    text('the path of a schedule file'),
  ),
  chunks: {
    ...option('--chunks <count>', 'stages per thread, if interleaved', wholeNumber(1, 1000), GRID_DEFAULTS.chunks),
    columns: [columnIf('chunks', interleaved, ({ grid }) => grid.chunks)],
  },
  reduction: {
    ...someOption('--reduction <list>', 'reductions of data (owner shares the weights)', REDUCTIONS, 'direct,owner'),
    columns: [columnIf('reduction', replicated, ({ grid }) => grid.reduction)],
    label: ({ reduction }) => reduction,
  },
  bucketKib: {
    ...option('--bucket-kib <size>', 'smallest group of gradients to combine', wholeNumber(0, 4_194_304), BUCKET_KIB),
    columns: [columnIf('bucket_kib', reduces, ({ grid }) => grid.bucketBytes / 1024)],
  },
  overlap: {
    ...option('--no-overlap', 'combine gradients after the backward pass, not during it'),
    columns: [columnIf('overlap', reduces, ({ grid }) => grid.overlap)],
  },
  shardOptimizer: {
    ...option('--shard-optimizer', 'each thread keeps a part of the optimizer state (ZeRO-1); with reduction direct'),
    columns: [columnIf('optimizer_sharded', reduces, ({ grid }) => grid.shardOptimizer)],
  },
  handoff: {
    ...someOption('--handoff <list>', 'between stages', HANDOFFS, GRID_DEFAULTS.handoff),
    columns: [['handoff', ({ grid }) => grid.handoff]],
    label: unless(GRID_DEFAULTS.handoff, 'handoff'),
  },
  dispatch: {
    ...someOption('--dispatch <list>', 'one task for many steps, or one for each part', DISPATCHES, EXECUTION.dispatch),
    columns: [['dispatch', ({ dispatch }) => dispatch]],
    label: unless(EXECUTION.dispatch, 'dispatch'),
  },
  wait: {
    ...someOption('--wait <list>', 'how a rank waits', WAITS, EXECUTION.wait),
    columns: [['wait', ({ wait }) => wait]],
    label: unless(EXECUTION.wait, 'wait'),
  },
  pin: { ...option('--pin', 'bind each thread to a core (Linux)'), runColumns: [['pin', ({ pin }) => pin]] },
  kernel: {
    ...option('--kernel <name>', `${KERNELS.join(', ')} (default: the fastest that runs here)`, oneOf(KERNELS)),
    runColumns: [
      ['kernel', ({ kernel }) => kernel],
      ['arithmetic', ({ arithmetic }) => arithmetic],
    ],
  },
} as const satisfies DimensionTable
