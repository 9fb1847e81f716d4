import { formatSchedule } from '../src/plan/schedules/file.ts'
import { tableOf } from '../src/plan/grid.ts'
import { gridOf } from '../src/plan/modes.ts'
import { gridDuration, PLAN_GRID_LEGEND, planGridLines } from '../src/report/text/plan-grid.ts'
import { planWords } from '../src/report/text/plan-words.ts'
import { wrap } from '../src/report/text/wrap.ts'
import { percent } from '../src/report/text/format.ts'
import { idealBubble } from '../src/simulate/bubble.ts'
import { isPipelined, scheduleOf } from '../src/cells/cell.ts'
import { chooseCells } from '../src/cells/choose.ts'
import { labelOf } from '../src/cells/labels.ts'
import { HIDDEN_WIDTHS, type SplitOptions } from './options.ts'

const INPUTS = 784
const CLASSES = 10
const USUAL_WIDTH = 80
const MOST_WIDTH = 120

/** Shows the plans of the chosen cells, checked but not run; always true, since nothing can go wrong. */
export async function showPlans(options: SplitOptions, cores: number): Promise<boolean> {
  const { activation, loss, modes } = options
  const widths = options.layers ?? [INPUTS, ...HIDDEN_WIDTHS.scaling, CLASSES]
  const width = Math.min(process.stdout.columns ?? USUAL_WIDTH, MOST_WIDTH)
  const say = (text: string) => {
    for (const line of wrap(text, (each) => each.length <= width)) console.log(line)
  }
  const chosen = chooseCells(options, { widths, activation, loss }, options.threads ?? [Math.max(2, cores)])
  const cells = chosen.cells.filter(({ mode }) => modes.includes(mode))
  for (const { mode, threads, reason } of chosen.skipped)
    say(`skipped: ${mode} on ${threads} threads: ${reason}`)
  say(`${widths.join('-')}, batch ${options.batch}`)
  say(PLAN_GRID_LEGEND)
  const longest = Math.max(...cells.map(({ plan }) => gridDuration(plan)))
  for (const cell of cells) {
    const { plan, mode, setting } = cell
    console.log(`\n${labelOf({ ...setting, ...cell, schedule: scheduleOf(setting) })}`)
    say(`${cell.name}: ${percent(idealBubble(plan), 1)} idle if handing over were free`)
    for (const line of [...planWords(plan, width), ...planGridLines(plan, width, longest)]) console.log(line)
    if (isPipelined(mode, setting))
      console.log(`as a schedule file:\n${formatSchedule(tableOf(gridOf(mode, setting))).trimEnd()}`)
  }
  return true
}
