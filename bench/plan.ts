import { chooseCells } from '../src/cells/choose.ts'
import { fieldsOf } from '../src/cells/dimensions.ts'
import { labelOf } from '../src/cells/labels.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { tableOf } from '../src/plan/grid.ts'
import { isPipelined } from '../src/plan/modes.ts'
import { formatSchedule } from '../src/plan/schedules/file.ts'
import { percent } from '../src/report/text/format.ts'
import { gridDuration, PLAN_GRID_LEGEND, planGridLines } from '../src/report/text/plan-grid.ts'
import { planWords } from '../src/report/text/plan-words.ts'
import { idealBubble } from '../src/simulate/bubble.ts'
import { command } from './options/command.ts'
import { MEMORY_PER_RANK } from './options/run-options.ts'
import { settle } from './options/settle.ts'
import { syntheticWidths } from './run/data.ts'
import { openTerminal } from './run/terminal.ts'

const MOST_WIDTH = 120

/** Shows the plans of the cells that the options amount to, checked but not run. */
export const plan = command({
  name: 'plan',
  summary: 'who does what, and when, without running it',
  takes: ['modes', 'threads', 'grid', 'schedule', 'scheduleFile', 'chunks', 'reduction', 'bucketKib', 'overlap', 'shardOptimizer', 'handoff', 'layers', 'model', 'optimizer', 'batch', 'microbatches'], // prettier-ignore
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
    const { say, explain, ...terminal } = openTerminal()
    const width = Math.min(terminal.width, MOST_WIDTH)
    explain(...skipped.map(({ what, reason }) => `skipped: ${what}: ${reason}`))
    explain(`${widths.join('-')}, batch ${options.batch}`, PLAN_GRID_LEGEND)
    const shown = cells.filter(({ mode }) => modes.includes(mode))
    const longest = Math.max(...shown.map((cell) => gridDuration(cell.plan)))
    for (const cell of shown) {
      say(`\n${labelOf(fieldsOf(cell))}`)
      explain(`${cell.name}: ${percent(idealBubble(cell.plan), 1)} idle if handoffs were free`)
      const lines = [...planWords(cell.plan, width), ...planGridLines(cell.plan, width, longest)]
      for (const line of lines) say(line)
      if (isPipelined(cell.mode, cell.grid)) {
        say(`as a schedule file:\n${formatSchedule(tableOf(cell.grid)).trimEnd()}`)
      }
    }
    return Promise.resolve(true)
  },
})
