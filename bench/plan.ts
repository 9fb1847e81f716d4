import { chooseCells } from '../src/cells/choose.ts'
import type { DimensionName } from '../src/cells/dimensions.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { tableOf } from '../src/plan/grid.ts'
import { isPipelined } from '../src/plan/modes.ts'
import { formatSchedule } from '../src/plan/schedules/file.ts'
import { percent } from '../src/report/text/format.ts'
import { PLAN_GRID_LEGEND, planGridLines } from '../src/report/text/plan-grid.ts'
import { idealBubble } from '../src/simulate/bubble.ts'
import { command } from './options/command.ts'
import { MEMORY_PER_RANK } from './options/run-options.ts'
import { settle } from './options/settle.ts'
import { syntheticWidths } from './run/data.ts'

const TAKES: readonly DimensionName[] = ['modes', 'threads', 'grid', 'schedule', 'scheduleFile', 'chunks', 'reduction', 'bucketKib', 'overlap', 'shardOptimizer', 'handoff', 'layers', 'model', 'optimizer', 'batch', 'microbatches'] // prettier-ignore

/** Shows the plans of the cells that the options amount to, checked but not run. */
export const plan = command({
  name: 'plan',
  summary: 'who does what, and when, without running it',
  takes: TAKES,
  own: MEMORY_PER_RANK,
  overrides: {
    modes: { default: 'pipeline' },
    threads: { help: 'thread counts (default: the cores, at least 2)' },
    layers: { help: `widths of the model (default: ${syntheticWidths(HIDDEN_WIDTHS.scaling).join('-')})` },
  },
  examples: [
    'plan --modes pipeline --threads 4 --schedule all',
    'plan --modes data --threads 2 --reduction ring',
    'plan --schedule-file mine.csv',
  ],
  settle: (values, given) => settle(values, HIDDEN_WIDTHS.scaling, given),
  run(options, { cores }) {
    const { activation, loss, modes } = options
    const widths = options.layers ?? syntheticWidths(HIDDEN_WIDTHS.scaling)
    const { cells, skipped } = chooseCells(
      options,
      { widths, activation, loss },
      options.threads ?? [Math.max(2, cores)],
    )
    for (const { what, reason } of skipped) console.log(`skipped: ${what}: ${reason}`)
    console.log(`${widths.join('-')}, batch ${options.batch}\n${PLAN_GRID_LEGEND}`)
    for (const cell of cells.filter(({ mode }) => modes.includes(mode))) {
      console.log(`\n${cell.name}: ${percent(idealBubble(cell.plan), 1)} idle if handoffs were free`)
      for (const line of planGridLines(cell.plan)) console.log(line)
      if (isPipelined(cell.mode, cell.grid)) {
        console.log(`as a schedule file:\n${formatSchedule(tableOf(cell.grid)).trimEnd()}`)
      }
    }
    return Promise.resolve(true)
  },
})
