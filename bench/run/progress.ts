import type { MeasureEvent } from '../../src/measure/events.ts'
import { median } from '../../src/measure/statistics.ts'
import { formatDuration } from '../../src/report/text/format.ts'
import type { Terminal } from './terminal.ts'

/**
 * Tells how far a group is: on a terminal one line that is rewritten when a cell has finished, in a pipe one line a block.
 * Never by a timer, which would take a core from the ranks.
 */
export function progressListener(title: string, { say, status }: Terminal): (event: MeasureEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'planned':
        status?.(`${title}: starting ${event.cells.length} cells`)
        break
      case 'warned':
        say(`warning: ${event.message}`)
        break
      case 'verified':
        for (const [cell, { match }] of event.verdicts) {
          if (match === 'different') say(`${cell.name}: not timed, its weights differ from serial's`)
        }
        status?.(`${title}: weights compared with serial's; timing single instructions`)
        break
      case 'visited': {
        const { visit, progress } = event
        const left = `${progress.atMost ? 'at most ' : ''}${formatDuration(progress.leftMs * 1e6)} left`
        const block = `${title}: block ${visit.block + 1} of ${progress.atMost ? 'at least ' : ''}${progress.fewest}`
        const step = formatDuration(median(visit.stepNs.slice(visit.warmUp)))
        if (status)
          status(`${block}, ${progress.done}/${progress.cells} ${visit.cell.name} ${step} (${left})`)
        else if (progress.done === progress.cells) say(`${block} (${left})`)
      }
    }
  }
}
