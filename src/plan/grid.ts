import { TILE_WIDTH, type Optimizer } from '../kernels/kernel.ts'
import { layerCount, type Model } from '../model/shape.ts'
import type { ReductionName } from './reductions/index.ts'
import { schedules, type ScheduleName } from './schedules/index.ts'
import { stagesOf, type Table } from './schedules/schedule.ts'

/** How a tensor crosses from one stage to the next: through memory that both see, or in messages. */
export const HANDOFFS = ['shared', 'transfer', 'clone'] as const
export type Handoff = (typeof HANDOFFS)[number]

/** Degrees of data, pipeline and tensor parallelism; their product is the number of ranks. */
export interface Degrees {
  readonly dp: number
  readonly pp: number
  readonly tp: number
}

export const ranksOf = ({ dp, pp, tp }: Degrees): number => dp * pp * tp

/** A point of the space of strategies: `dp` replicas of a pipeline of `pp` stages, each shared by `tp` ranks. */
export interface Grid extends Degrees {
  readonly model: Model
  readonly optimizer: Optimizer
  readonly batch: number
  /** Of each replica's share of the batch. */
  readonly microbatches: number
  readonly schedule: ScheduleName
  /** Stages per rank of the pipeline, of the schedule `interleaved`. */
  readonly chunks: number
  /** A schedule of the user's own, instead of the named one. */
  readonly table?: Table | undefined
  readonly reduction: ReductionName
  /** Gradients are combined in groups of layers of at least so many bytes. */
  readonly bucketBytes: number
  /** Combine the gradients of some layers while those of others are being computed. */
  readonly overlap: boolean
  /** Keep each row's optimizer state on one rank only; of the reduction `direct`. */
  readonly shardOptimizer: boolean
  readonly handoff: Handoff
  /** Slots of a boundary's activation; the legal minimum is the consumer's peak in flight. Default: never in the way. */
  readonly capacity?: number
}

/** What a grid is unless it says something else. */
export const GRID_DEFAULTS = {
  tp: 1,
  chunks: 2,
  bucketBytes: 256 * 1024,
  overlap: true,
  shardOptimizer: false,
  handoff: 'shared',
} as const

/** The order of work of each rank of a replica's pipeline. */
export const tableOf = ({ table, schedule, pp, microbatches, chunks }: Grid): Table =>
  table ?? schedules[schedule](pp, microbatches, schedule === 'interleaved' && pp > 1 ? chunks : 1)

/** Replicas share their weights, and each rank computes the gradient of its own slice of them. */
export const ownersCompute = ({ dp, reduction }: Grid): boolean => dp > 1 && reduction === 'owner'

/** Why there is no plan for a grid, in words a user can act on; undefined if there is one. */
export function impossible(grid: Grid): string | undefined {
  const { dp, pp, tp, batch, microbatches, model, reduction, table } = grid
  const layers = layerCount(model)
  if (table && table.length !== pp) return `the schedule file is for ${table.length} ranks, not for ${pp}`
  if (pp > layers) return `${pp} stages need at least ${pp} layers; the model has ${layers}`
  if (dp > batch) return `${dp} ranks that share the batch need at least ${dp} samples; the batch has ${batch}`
  const share = Math.floor(batch / dp)
  if (microbatches > share) {
    return `${microbatches} microbatches need at least ${microbatches} samples; a rank's share of the batch has ${share}`
  }
  const stages = stagesOf(tableOf(grid))
  if (stages > layers) return `${stages} stages need at least ${stages} layers; the model has ${layers}`
  const widest = Math.max(...model.widths)
  if (tp > Math.ceil(widest / TILE_WIDTH)) {
    return `${tp} ranks that share a layer need one of at least ${(tp - 1) * TILE_WIDTH + 1} columns; the widest has ${widest}`
  }
  if (grid.shardOptimizer && dp > 1 && reduction !== 'direct') {
    return `a sharded optimizer needs the reduction direct, not ${reduction}`
  }
  if (grid.handoff !== 'shared') {
    if (tp > 1) return `handing over by ${grid.handoff} needs layers that are not shared (tp = 1, not ${tp})`
    if (ownersCompute(grid)) return `handing over by ${grid.handoff} needs another reduction than owner`
  }
  return undefined
}
