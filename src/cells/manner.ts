import { KERNELS } from '../kernels/kernel.ts'
import { GRID_DEFAULTS, HANDOFFS, ranksOf } from '../plan/grid.ts'
import { isPipelined, isReplicated, MODES } from '../plan/modes.ts'
import { REDUCTIONS } from '../plan/reductions/index.ts'
import { schedules } from '../plan/schedules/index.ts'
import { DISPATCHES, EXECUTION, WAITS, type Strategy } from './cell.ts'
import type { Column, Field } from './columns.ts'
import type { DimensionTable, Fields, Unnamed } from './dimension.ts'
import { grids, oneOf, someOf, text, wholeNumber, wholeNumbers } from './values.ts'

/** Hybrid is left out, since on few threads each of its grids is a mode of its own. */
const DEFAULT_MODES = MODES.filter((mode) => mode !== 'hybrid')
const MOST_THREADS = 256

const SCHEDULES = Object.keys(schedules) as (keyof typeof schedules)[]

const pipelined = ({ mode, grid }: Strategy): boolean => isPipelined(mode, grid)
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
    flags: '--modes <list>',
    help: `modes to compare: ${MODES.join(', ')}, or all`,
    read: someOf(MODES),
    default: DEFAULT_MODES.join(','),
    columns: [['mode', ({ mode }) => mode]],
    label: ({ mode }) => mode,
  },
  threads: {
    flags: '--threads <list>',
    help: 'thread counts; with more than the cores, cells are marked oversubscribed (default: 1, 2, 4, … up to the cores)',
    read: wholeNumbers(1, MOST_THREADS),
    columns: [['threads', ({ grid }) => ranksOf(grid)]],
  },
  grid: {
    flags: '--grid <list>',
    help: 'degrees of hybrid, data x pipeline x tensor, like 2x2x1; or all of each thread count',
    read: grids(MOST_THREADS),
    columns: [
      ['dp', ({ grid }) => grid.dp],
      ['pp', ({ grid }) => grid.pp],
      ['tp', ({ grid }) => grid.tp],
    ],
    label: ({ mode, dp, pp, tp }) => (mode === 'hybrid' ? `${dp}x${pp}x${tp}` : undefined),
  },
  schedule: {
    flags: '--schedule <list>',
    help: `schedules of the pipeline: ${SCHEDULES.join(', ')}, or all`,
    read: someOf(SCHEDULES),
    default: 'gpipe,1f1b,zero-bubble',
    columns: [columnIf('schedule', pipelined, ({ grid }) => (grid.table ? 'file' : grid.schedule))],
    label: ({ schedule }) => schedule,
  },
  scheduleFile: {
    flags: '--schedule-file <file>',
    help: 'a schedule of your own as CSV, a row per rank: 0F0, 0I0, 0W0, 0B0, …',
    read: text('the path of a schedule file'),
    columns: [],
  },
  chunks: {
    flags: '--chunks <count>',
    help: 'stages per thread, for the schedule interleaved',
    read: wholeNumber(1, 1000),
    default: String(GRID_DEFAULTS.chunks),
    columns: [
      columnIf(
        'chunks',
        (cell) => pipelined(cell) && cell.grid.schedule === 'interleaved',
        ({ grid }) => grid.chunks,
      ),
    ],
  },
  reduction: {
    flags: '--reduction <list>',
    help: `reductions of data: ${REDUCTIONS.join(', ')}, or all; owner shares the weights, the others keep replicas`,
    read: someOf(REDUCTIONS),
    default: 'direct,owner',
    columns: [columnIf('reduction', replicated, ({ grid }) => grid.reduction)],
    label: ({ reduction }) => reduction,
  },
  bucketKib: {
    flags: '--bucket-kib <size>',
    help: 'gradients are combined in groups of layers of at least this size',
    read: wholeNumber(0, 4_194_304),
    default: String(GRID_DEFAULTS.bucketBytes / 1024),
    columns: [columnIf('bucket_kib', reduces, ({ grid }) => grid.bucketBytes / 1024)],
  },
  overlap: {
    flags: '--no-overlap',
    help: 'combine gradients after the backward pass, not during it',
    columns: [columnIf('overlap', reduces, ({ grid }) => grid.overlap)],
  },
  shardOptimizer: {
    flags: '--shard-optimizer',
    help: 'each thread keeps a part of the optimizer state (ZeRO-1), with the reduction direct',
    columns: [columnIf('optimizer_sharded', reduces, ({ grid }) => grid.shardOptimizer)],
  },
  handoff: {
    flags: '--handoff <list>',
    help: `between stages: ${HANDOFFS.join(', ')}, or all`,
    read: someOf(HANDOFFS),
    default: GRID_DEFAULTS.handoff,
    columns: [['handoff', ({ grid }) => grid.handoff]],
    label: unless(GRID_DEFAULTS.handoff, 'handoff'),
  },
  dispatch: {
    flags: '--dispatch <list>',
    help: `${DISPATCHES.join(' (a task runs many steps), ')} (a task for each part of one), or all`,
    read: someOf(DISPATCHES),
    default: EXECUTION.dispatch,
    columns: [['dispatch', ({ dispatch }) => dispatch]],
    label: unless(EXECUTION.dispatch, 'dispatch'),
  },
  wait: {
    flags: '--wait <list>',
    help: `how a rank waits: ${WAITS.join(', ')}, or all`,
    read: someOf(WAITS),
    default: EXECUTION.wait,
    columns: [['wait', ({ wait }) => wait]],
    label: unless(EXECUTION.wait, 'wait'),
  },
  pin: {
    flags: '--pin',
    help: 'bind each thread to a core (Linux)',
    columns: [],
    runColumns: [['pin', ({ pin }) => pin]],
  },
  kernel: {
    flags: '--kernel <name>',
    help: `${KERNELS.join(', ')} (default: the fastest that runs here)`,
    read: oneOf(KERNELS),
    columns: [],
    runColumns: [
      ['kernel', ({ kernel }) => kernel],
      ['arithmetic', ({ arithmetic }) => arithmetic],
    ],
  },
} as const satisfies DimensionTable
