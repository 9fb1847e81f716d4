import { amount, positiveNumber, share, text, wholeNumber, type OptionTable } from '../../src/cells/values.ts'

/** Blocks of a quick run: enough for an interval, of visits so short that it means less. */
export const QUICK_BLOCKS = 10

export const OUT = {
  out: {
    flags: '--out <folder>',
    help: 'the folder of this run (default: a new one in results)',
    read: text('the path of a folder'),
  },
} as const satisfies OptionTable

/** What is shown of the results, and how. */
export const SHOWN = {
  wide: { flags: '--wide', help: 'all columns, and the list of files' },
  json: { flags: '--json', help: 'print the results as JSON, and nothing else' },
  markdown: { flags: '--markdown', help: 'print the results as a Markdown table, and nothing else' },
} as const satisfies OptionTable

export const MEMORY_PER_RANK = {
  memoryPerRank: {
    flags: '--memory-per-rank <size>',
    help: 'leave out cells that need more memory on a thread, like 8MiB',
    read: amount,
  },
} as const satisfies OptionTable

/** How an experiment is run, whatever it varies. */
export const RUN_OPTIONS = {
  ...MEMORY_PER_RANK,
  steps: { flags: '--steps <count>', help: 'measured steps of a cell in each block', read: wholeNumber(1, 1_000_000) },
  precision: {
    flags: '--precision <share>',
    help: 'measure until all speed-ups are this certain',
    read: share,
    default: '2%',
  },
  budget: { flags: '--budget <seconds>', help: 'or for this long', read: positiveNumber(86_400), default: '60' },
  blocks: {
    flags: '--blocks <count>',
    help: `repeat the comparison this often, instead of precision and budget (with --quick: ${QUICK_BLOCKS})`,
    read: wholeNumber(1, 10_000),
  },
  quick: { flags: '--quick', help: 'fewer blocks and steps: a look, not a measurement' },
  waitIdle: { flags: '--wait-idle', help: 'wait until the machine is idle before measuring, for ten minutes at most' },
  dryRun: { flags: '--dry-run', help: 'show the cells and the time they should take, and measure nothing' },
  ...OUT,
  resume: { flags: '--resume <folder>', help: 'finish a run that was killed', read: text('the folder of a run') },
  ...SHOWN,
} as const satisfies OptionTable
