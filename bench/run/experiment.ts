import type { KernelChoice } from '../../src/kernels/kernel.ts'
import type { LimitsTogether } from '../../src/measure/alone.ts'
import type { Cell } from '../../src/cells/cell.ts'
import type { Law } from '../../src/measure/laws/law.ts'
import type { RunIdentity } from '../../src/report/rows/files.ts'
import type { Graded } from '../../src/report/text/predictions.ts'
import type { ExperimentName, ScalingOptions } from '../options.ts'
import type { Outcome } from '../../src/measure/outcome.ts'
import type { Run } from './run.ts'

/** Cells of one model and one batch: they read the same data, and are verified against and compared with one serial. */
export interface Group {
  /** What tells it from the other groups of its experiment; empty if there is only one. */
  readonly label: string
  /** The first is serial. */
  readonly cells: readonly Cell[]
}

export interface GroupResult {
  readonly group: Group
  readonly outcomes: readonly Outcome[]
  /** What the run's two serials differ by; undefined if they were not both measured. */
  readonly floor: number | undefined
  readonly limits: readonly LimitsTogether[]
  /** Why not all of it was measured: a rank has failed, or the user has had enough. */
  readonly failure?: unknown
}

/** What an experiment varies, and what it makes of the results. */
export interface Experiment {
  readonly name: Exclude<ExperimentName, 'all'>
  readonly groups: readonly Group[]
  /** What is measured beside the groups' cells, or computed from plans alone; gives further lines for the console. */
  readonly beside?: (context: Context) => Promise<Aside>
  /** The laws that its curves over the threads are held against. */
  readonly laws?: readonly Law[]
  /** Two or three sentences that state what this run has shown, from its numbers. */
  readonly conclude: (results: readonly GroupResult[]) => string[]
}

/** Lines for the console, and predictions that were held against what was measured. */
export interface Aside {
  readonly lines: readonly string[]
  readonly graded?: readonly Graded[]
}

/** What an experiment may use while the run is on. */
export interface Context {
  readonly run: RunIdentity
  readonly begun: Run
  readonly options: ScalingOptions
  readonly choice: KernelChoice
  readonly cores: number
}
