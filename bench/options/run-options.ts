import type { CellOptions } from '../../src/cells/choose.ts'
import { amount, option, positiveNumber, share, text, wholeNumber } from '../../src/cells/values.ts'

/** Blocks of a quick run: enough for a wide interval. */
export const QUICK_BLOCKS = 3

/** One way to split in each mode, for experiments that vary something else. */
export const ONE_WAY = { schedule: ['1f1b'], reduction: ['owner'], handoff: ['shared'] } satisfies Partial<CellOptions>

export const OUT = {
  out: option('--out <folder>', 'the folder of this run (default: a new one in results)', text('the path of a folder')),
}

/** What is shown of the results, and how. */
export const SHOWN = {
  wide: option('--wide', 'all columns, and the list of files'),
  json: option('--json', 'print the results as JSON, and nothing else'),
  markdown: option('--markdown', 'print the results as a Markdown table, and nothing else'),
}

export const MEMORY_PER_RANK = {
  memoryPerRank: option('--memory-per-rank <size>', 'leave out cells that need more on a thread, like 8MiB', amount),
}

/** How an experiment is run, whatever it varies. */
export const RUN_OPTIONS = {
  ...MEMORY_PER_RANK,
  steps: option('--steps <count>', 'measured steps of a cell in each block', wholeNumber(1, 1_000_000)),
  precision: option('--precision <share>', 'measure until all speed-ups are this certain', share, '2%'),
  budget: option('--budget <seconds>', 'or for this long', positiveNumber(86_400), '60'),
  blocks: option('--blocks <count>', `or this many blocks (with --quick: ${QUICK_BLOCKS})`, wholeNumber(1, 10_000)),
  quick: option('--quick', 'fewer blocks and steps: a look, not a measurement'),
  waitIdle: option('--wait-idle', 'wait until the machine is idle before measuring, for ten minutes at most'),
  dryRun: option('--dry-run', 'show the cells and the time they should take, and measure nothing'),
  ...OUT,
  resume: option('--resume <folder>', 'finish a run that was killed', text('the folder of a run')),
  ...SHOWN,
}
