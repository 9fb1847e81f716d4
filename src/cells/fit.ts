import { planGrid } from '../plan/build/programs.ts'
import { impossible, ranksOf, type Grid } from '../plan/grid.ts'
import { neediest } from '../plan/read/memory.ts'
import { factorisations } from '../plan/modes.ts'
import { schedules, type ScheduleName } from '../plan/schedules/index.ts'

const KIB = 2 ** 10
const MIB = 2 ** 20
/** Enough to choose from. */
const MOST_PROPOSALS = 3

const amount = (bytes: number): string =>
  bytes < MIB ? `${(bytes / KIB).toFixed(2)} KiB` : `${(bytes / MIB).toFixed(2)} MiB`

/**
 * Why a grid does not fit into the budget of bytes per rank, and what would on as many ranks; undefined if it fits.
 * Pipelines are proposed with `microbatches`, since the grid itself may leave the batch undivided.
 */
export function exceeds(grid: Grid, budget: number, microbatches = grid.microbatches): string | undefined {
  const { rank, bytes } = neediest(planGrid(grid))
  if (bytes <= budget) return undefined
  const needs = `needs ${amount(bytes)} on rank ${rank}, more than the ${amount(budget)} allowed per rank`
  const proposals = fitting(grid, budget, microbatches)
  if (proposals.length === 0) return `${needs}; no grid or schedule of ${ranksOf(grid)} ranks fits`
  return `${needs}; these fit: ${proposals.join(', ')}`
}

/** Grids and schedules of as many ranks that fit, those with the smallest need first. */
function fitting(grid: Grid, budget: number, divided: number): string[] {
  const names = Object.keys(schedules) as ScheduleName[]
  return factorisations(ranksOf(grid))
    .flatMap((shape) => (shape.pp > 1 ? names : names.slice(0, 1)).map((schedule) => ({ ...shape, schedule })))
    .flatMap(({ schedule, ...shape }) => {
      const microbatches = shape.pp > 1 ? divided : 1
      const other: Grid = { ...grid, ...shape, schedule, microbatches, table: undefined, handoff: 'shared' }
      if (impossible(other)) return []
      const { bytes } = neediest(planGrid(other))
      const name = `${shape.dp}x${shape.pp}x${shape.tp}${shape.pp > 1 ? ` ${schedule}` : ''}`
      return bytes <= budget ? [{ name, bytes }] : []
    })
    .sort((a, b) => a.bytes - b.bytes)
    .slice(0, MOST_PROPOSALS)
    .map(({ name, bytes }) => `${name} (${amount(bytes)})`)
}
