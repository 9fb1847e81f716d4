import type { CellOptions, Skipped } from '../../src/cells/choose.ts'
import type { RunFacts } from '../../src/cells/dimension.ts'
import type { DimensionOptions } from '../../src/cells/dimensions.ts'
import type { OptionsOf, OptionTable } from '../../src/cells/values.ts'
import type { MeasureEvent } from '../../src/measure/events.ts'
import type { Surroundings } from '../../src/measure/group.ts'
import type { Law } from '../../src/measure/laws/law.ts'
import type { Group, GroupResult } from '../../src/measure/outcome.ts'
import type { Forecast } from '../../src/measure/prediction/predict.ts'
import type { Cell } from '../../src/cells/cell.ts'
import type { Graded } from '../../src/report/text/predictions.ts'
import type { Specification } from '../options/command.ts'
import type { RUN_OPTIONS } from '../options/run-options.ts'
import type { Settled } from '../options/settle.ts'
import type { Data } from './data.ts'
import type { Run } from './run.ts'
import type { Terminal } from './terminal.ts'

export type RunOptions = Settled<DimensionOptions & OptionsOf<typeof RUN_OPTIONS>> & CellOptions

/** What an experiment varies, and what it makes of the results. */
export interface Experiment {
  readonly groups: readonly Group[]
  readonly skipped: readonly Skipped[]
  /** What is measured beside the groups' cells, or computed from plans alone. */
  readonly beside?: (context: Context) => AsyncGenerator<MeasureEvent, Aside>
  /** Seconds that this takes, about. */
  readonly besideSeconds?: (gflops: number) => number
  /** The laws that its curves over the threads are held against. */
  readonly laws?: readonly Law[]
  /** Two or three sentences that state what this run has shown, from its numbers. */
  readonly conclude: (results: readonly GroupResult[]) => string[]
}

type Declared = 'name' | 'summary' | 'takes' | 'overrides' | 'examples'

/** How an experiment is asked for: one file declares it, and one line lists it. */
export interface ExperimentKind extends Pick<Specification<OptionTable, unknown>, Declared> {
  readonly build: (options: RunOptions, data: Data, cores: number) => Experiment
}

/** Lines for the console, and predictions that were compared with what was measured. */
export interface Aside {
  readonly lines: readonly string[]
  readonly graded?: readonly Graded[]
}

/** What all experiments of a run share. */
export interface Shared extends Surroundings {
  readonly options: RunOptions
  readonly data: Data
  /** Of the kernel on one core, about. */
  readonly gflops: number
  readonly begun: Run
  readonly terminal: Terminal
  /** The program and the command, as the user started them. */
  readonly command: string
}

/** What an experiment may use while the run is on. */
export interface Context extends Shared {
  readonly run: RunFacts
  /** What an earlier part of the run has predicted of some cells. */
  readonly forecasts: (cells: readonly Cell[]) => Forecast[]
}
