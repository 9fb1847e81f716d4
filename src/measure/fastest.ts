import { pairedRatios } from './noise.ts'
import type { Sound } from './outcome.ts'
import { medianInterval } from './statistics.ts'

/**
 * The cells that cannot be told from the fastest one, which comes first; the others are shown to be slower than it, in the
 * sessions that both ran in.
 */
export function fastestOf(cells: readonly Sound[]): Sound[] {
  const [fastest, ...others] = cells.toSorted((a, b) => a.summary.medianNs - b.summary.medianNs)
  if (!fastest) return []
  const isSlower = ({ visits }: Sound) => (medianInterval(pairedRatios(visits, fastest.visits))?.low ?? 0) > 1
  return [fastest, ...others.filter((other) => !isSlower(other))]
}
