import { formatSchedule } from '../src/plan/schedules/file.ts'
import { tableOf } from '../src/plan/grid.ts'
import { gridOf } from '../src/plan/modes.ts'
import { PLAN_GRID_LEGEND, planGridLines } from '../src/report/text/plan-grid.ts'
import { idealBubble } from '../src/simulate/bubble.ts'
import { isPipelined } from '../src/cells/cell.ts'
import { chooseCells } from '../src/cells/choose.ts'
import { HIDDEN_WIDTHS, type SplitOptions } from './options.ts'

const INPUTS = 784
const CLASSES = 10

/** Shows the plans of the cells that the options amount to, checked but not run; always true, since nothing can go wrong. */
export async function showPlans(options: SplitOptions, cores: number): Promise<boolean> {
  const { activation, loss, modes } = options
  const widths = options.layers ?? [INPUTS, ...HIDDEN_WIDTHS.scaling, CLASSES]
  const { cells, skipped } = chooseCells(
    options,
    { widths, activation, loss },
    options.threads ?? [Math.max(2, cores)],
  )
  for (const { mode, threads, reason } of skipped)
    console.log(`skipped: ${mode} on ${threads} threads: ${reason}`)
  console.log(`${widths.join('-')}, batch ${options.batch}\n${PLAN_GRID_LEGEND}`)
  for (const cell of cells.filter(({ mode }) => modes.includes(mode))) {
    console.log(
      `\n${cell.name}: ${(100 * idealBubble(cell.plan)).toFixed(1)} % idle if handing over were free`,
    )
    for (const line of planGridLines(cell.plan)) console.log(line)
    if (isPipelined(cell.mode, cell.setting)) {
      console.log(
        `as a schedule file:\n${formatSchedule(tableOf(gridOf(cell.mode, cell.setting))).trimEnd()}`,
      )
    }
  }
  return true
}
