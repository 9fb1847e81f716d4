import type { Cell } from '../cells/cell.ts'
import type { LimitsTogether } from './alone.ts'
import type { Visit } from './blocks.ts'
import type { GrowthPoint } from './growth.ts'
import type { Predictions } from './prediction/predict.ts'
import type { Verdict } from './verify.ts'

/** How far the blocks of a group are. */
export interface BlockProgress {
  /** Cells of this block that have been measured, and all. */
  readonly done: number
  readonly cells: number
  /** Blocks that there will be at least. */
  readonly fewest: number
  readonly leftMs: number
  /** The blocks may end earlier, when the results are precise. */
  readonly atMost: boolean
}

/** What happens while a run measures. Files, journal and console listen. */
export type MeasureEvent =
  | { readonly kind: 'planned'; readonly cells: readonly Cell[] }
  | { readonly kind: 'warned'; readonly message: string }
  | { readonly kind: 'limits'; readonly limits: readonly LimitsTogether[] }
  | { readonly kind: 'verified'; readonly verdicts: ReadonlyMap<Cell, Verdict> }
  | {
      readonly kind: 'predicted'
      readonly block: number
      readonly cells: readonly Cell[]
      readonly predictions: Predictions
    }
  | { readonly kind: 'visited'; readonly visit: Visit; readonly progress: BlockProgress }
  /** All cells were measured in this block, and its session has ended. */
  | { readonly kind: 'finished'; readonly block: number }
  | { readonly kind: 'grown'; readonly point: GrowthPoint }
