import type { Cell } from '../../cells/cell.ts'
import type { Epoch } from '../../measure/train.ts'
import { formatDuration, percent } from './format.ts'
import { plainTable } from './text-table.ts'

/** Enough to see by eye whether two hashes are the same. */
const HASH_DIGITS = 12

/**
 * How training ended in each cell, and when it reached the accuracy that every cell reaches: the lowest of their best
 * ones, so that the times can be compared.
 */
export function trainingTable(courses: ReadonlyMap<Cell, readonly Epoch[]>): string {
  const best = [...courses.values()].map((course) => Math.max(...course.map((epoch) => epoch.heldOutAccuracy)))
  const common = Math.min(...best)
  return plainTable({
    head: ['cell', 'loss', 'held out', 'trained for', `${percent(common, 2)} after`, 'weights'],
    rows: [...courses].map(([cell, course]) => {
      const last = course[course.length - 1]
      const reached = course.find((epoch) => epoch.heldOutAccuracy >= common)
      return [
        cell.name,
        last.loss.toFixed(4),
        percent(last.heldOutAccuracy, 2),
        formatDuration(last.elapsedNs),
        reached ? formatDuration(reached.elapsedNs) : '',
        last.weightsSha256.slice(0, HASH_DIGITS),
      ]
    }),
    left: ['cell', 'weights'],
  })
}
