import { median } from '../../measure/statistics.ts'
import type { Measured } from './p-value.ts'
import { studentQuantile } from './student.ts'

/** What needs more blocks than this needs another machine. */
const MOST = 1000

/**
 * How many blocks each run would need for `isDecided` to hold: if the ratio stays and its standard error shrinks with the
 * root of their number. Infinity if that is more than `MOST`.
 */
function blocksNeeded(measured: Measured, isDecided: (measured: Measured) => boolean): number {
  let [few, enough] = [measured.blocks, MOST]
  if (!isDecided(withBlocks(measured, enough))) return Infinity
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2)
    if (isDecided(withBlocks(measured, middle))) enough = middle
    else few = middle
  }
  return enough
}

/** The same ratio from more blocks. */
function withBlocks({ ratio, interval, blocks: had }: Measured, blocks: number): Measured {
  const shrink = Math.sqrt(had / blocks) * (studentQuantile(blocks - 1) / studentQuantile(had - 1))
  const scaled = (bound: number) => ratio * (bound / ratio) ** shrink
  return { ratio, interval: interval && { low: scaled(interval.low), high: scaled(interval.high) }, blocks }
}

/** How many blocks would tell what is not known; empty where no ratio has an interval. */
export function hintOf(unknown: readonly Measured[], isDecided: (measured: Measured) => boolean): string {
  const needed = unknown.filter(({ interval }) => interval).map((measured) => blocksNeeded(measured, isDecided))
  if (needed.length === 0) return ''
  const all = Math.max(...needed)
  const half = Math.ceil(median(needed))
  if (half === Infinity) return `More than ${MOST} blocks in each run would be needed to tell.`
  if (half === all) return `About ${all} blocks in each run would tell.`
  const rest = all === Infinity ? `more than ${MOST}` : `about ${all}`
  return `About ${half} blocks in each run would tell for half of them, ${rest} for all.`
}
