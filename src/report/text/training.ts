import type { Cell } from '../../cells/cell.ts'
import { median, medianInterval } from '../../measure/statistics.ts'
import type { Epoch } from '../../measure/train.ts'
import { formatDuration, formatDurationInterval, percent } from './format.ts'
import { plainTable } from './text-table.ts'
import { shortened, USUAL_WIDTH } from './wrap.ts'

/** The epochs of one training. */
type Course = readonly Epoch[]

/** A cell, the last epoch of each of its repeats, and when each reached the common accuracy. */
interface Row {
  readonly cell: Cell
  readonly last: readonly Epoch[]
  readonly timesNs: readonly number[]
}

/** Stands above the epochs of a training. */
export function courseHeading({ name }: Pick<Cell, 'name'>, repeat: number, repeats: number): string {
  const which = repeats === 1 ? '' : `, repeat ${repeat + 1} of ${repeats}`
  return shortened(name, USUAL_WIDTH - which.length) + which
}

export const epochLine = ({ epoch, loss, heldOutAccuracy, elapsedNs }: Epoch, epochs: number): string =>
  `  epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  loss ${formatLoss(loss)}` +
  `  accuracy ${percent(heldOutAccuracy, 2)}  after ${formatDuration(elapsedNs)}`

/** A loss that grows without bounds stays short. */
const formatLoss = (loss: number): string => (loss < 1000 ? loss.toFixed(4) : loss.toPrecision(4))

/** Enough to see by eye whether two hashes are the same. */
const HASH_DIGITS = 12

/**
 * How training ended in each cell, and when it reached the accuracy that every training of every cell reaches: the lowest
 * of their best ones, so that the times can be compared. No time is shown without an interval.
 *
 * @param trained of each cell, the courses of its repeats
 */
export function trainingTable(trained: ReadonlyMap<Cell, readonly Course[]>): string {
  const best = [...trained.values()].flat().map((course) => Math.max(...course.map((epoch) => epoch.heldOutAccuracy)))
  const common = Math.min(...best)
  const rows = [...trained].map(([cell, courses]): Row => ({
    cell,
    last: courses.map((course) => course[course.length - 1]),
    timesNs: courses.map((course) => course.find((epoch) => epoch.heldOutAccuracy >= common)!.elapsedNs),
  }))
  const hasTimes = rows.some((row) => timeOf(row) !== '')
  return plainTable(rows, [
    ['cell', ({ cell }) => cell.name, 'left'],
    ['loss', ({ last }) => formatLoss(lossOf(last))],
    ['held out', ({ last }) => percent(median(last.map((epoch) => epoch.heldOutAccuracy)), 2)],
    ...(hasTimes ? [[`${percent(common, 2)} after`, timeOf] as const] : []),
    ['weights', ({ last: [first] }) => first.weightsSha256.slice(0, HASH_DIGITS), 'left'],
  ])
}

/** A training that has failed is not hidden behind others. */
const lossOf = (last: readonly Epoch[]): number =>
  last.every(({ loss }) => Number.isFinite(loss)) ? median(last.map(({ loss }) => loss)) : NaN

function timeOf({ timesNs }: Row): string {
  const interval = medianInterval(timesNs)
  return interval ? formatDurationInterval(median(timesNs), interval) : ''
}

/** How the table is to be read. */
export const trainingLegend = (repeats: number): string =>
  repeats === 1
    ? 'Trained once: a time has no interval and is not shown. More --repeats show it.'
    : `Medians of ${repeats} repeats, each with another order of the samples, and 95 % intervals; weights of the first.`
