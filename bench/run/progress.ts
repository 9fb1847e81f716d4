import type { MeasureEvent } from '../../src/measure/events.ts'
import { median } from '../../src/measure/statistics.ts'
import { blockLine, progressLine } from '../../src/report/text/progress.ts'
import type { Terminal } from './terminal.ts'

/**
 * Tells how far a group is: on a terminal one line that is rewritten when a cell has finished, in a pipe one line a block.
 * Never by a timer, which would take a core from the ranks.
 */
export function progressListener(
  experiment: string,
  group: string,
  { say, explain, status, width }: Terminal,
): (event: MeasureEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'planned':
        status?.(`${experiment}: comparing the weights of ${event.cells.length} cells`)
        break
      case 'warned':
        explain(`warning: ${event.message}`)
        break
      case 'verified':
        for (const [cell, { match }] of event.verdicts) {
          if (match === 'different') say(`${cell.name}: not timed, its weights differ from serial's`)
        }
        status?.(`${experiment}: timing single instructions, to predict each step`)
        break
      case 'visited': {
        const { visit, progress } = event
        const state = {
          experiment,
          group,
          block: visit.block + 1,
          fewest: progress.fewest,
          done: progress.done,
          cells: progress.cells,
          label: visit.cell.name,
          stepNs: median(visit.stepNs.slice(visit.warmUp)),
          secondsLeft: progress.leftMs / 1000,
        }
        if (status) status(progressLine(state, width))
        else if (progress.done === progress.cells) say(blockLine(state))
      }
    }
  }
}
