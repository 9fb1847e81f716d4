import { planGrid } from '../plan/build/programs.ts'
import { impossible, type Grid } from '../plan/grid.ts'
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
 * Why a grid's plan needs more bytes per rank than the budget, and what would fit on the same number of ranks; undefined if
 * it fits.
 * Pipelines are proposed with `microbatches`, since the grid itself may leave the batch undivided.
 */
export function exceeds(grid: Grid, budget: number, microbatches = grid.microbatches): string | undefined {
  const { rank, bytes } = neediest(planGrid(grid))
  if (bytes <= budget) return undefined
  const needs = `needs ${amount(bytes)} on rank ${rank}, more than the ${amount(budget)} allowed per rank`
  const proposals = fitting(grid, budget, microbatches)
  return proposals.length > 0
    ? `${needs}; these fit: ${proposals.join(', ')}`
    : `${needs}; no grid or schedule of ${grid.dp * grid.pp * grid.tp} ranks fits`
}

/** Grids and schedules of as many ranks that fit, those with the smallest need first. */
function fitting(grid: Grid, budget: number, divided: number): string[] {
  const names = Object.keys(schedules) as ScheduleName[]
  const ranks = grid.dp * grid.pp * grid.tp
  return factorisations(ranks)
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
