import { within, type Column } from '../../cells/columns.ts'
import { CONFIGURATION, type Configuration } from '../../cells/dimensions.ts'
import type { RunFacts } from '../../cells/dimension.ts'
import type { Visit } from '../../measure/blocks.ts'
import { blockMedian } from '../../measure/noise.ts'
import type { Status } from '../../measure/outcome.ts'

/** What tells a cell from all others of its run. */
export const CELL_COLUMNS: readonly Column<Configuration>[] = CONFIGURATION.filter(([name]) =>
  ['run_id', 'experiment', 'cell', 'layers', 'batch'].includes(name),
)

/** A visit of a cell in a run. */
interface Visited {
  readonly run: RunFacts
  readonly visit: Visit
}

const configurationOf = ({ run, visit }: Visited): Configuration => ({ run, cell: visit.cell })

const VISIT: readonly Column<Visited>[] = [
  ['block', ({ visit }) => visit.block, 'number of the block, from 0'],
  ['position', ({ visit }) => visit.position, 'place of the cell in the order of its block'],
]

/** One row per step of a visit. */
export const samplesOf = (run: RunFacts, visit: Visit, status: Status) =>
  visit.stepNs.map((_, step) => ({ run, visit, step, status }))

export const SAMPLES_COLUMNS: readonly Column<ReturnType<typeof samplesOf>[number]>[] = [
  ...within(CONFIGURATION, configurationOf),
  ...VISIT,
  ['step', ({ step }) => step, 'number of the step in the visit, warm-up included'],
  ['phase', ({ step, visit }) => (step < visit.warmUp ? 'warm-up' : 'measured'), 'warm-up or measured'],
  ['wall_ns', ({ step, visit }) => visit.stepNs[step], 'from the last arrival at one barrier to the last at the next'],
  ['status', ({ status }) => status, 'ok, oversubscribed or not-finite'],
] // prettier-ignore

export const BLOCKS_COLUMNS: readonly Column<Visited>[] = [
  ...within(CELL_COLUMNS, configurationOf),
  ...VISIT,
  ['warm_up_steps', ({ visit }) => visit.warmUp, 'steps that are not counted'],
  ['steps', ({ visit }) => visit.stepNs.length - visit.warmUp, 'measured steps'],
  ['median_ns', ({ visit }) => blockMedian(visit), 'median of the measured steps'],
  ['min_ns', ({ visit }) => Math.min(...visit.stepNs.slice(visit.warmUp)), 'the fastest of them'],
]

/** What each rank has spent on each bucket over the measured steps of a visit. */
export const entriesOf = (run: RunFacts, visit: Visit) =>
  visit.ranks.flatMap(({ rank, threadId, ledger }) =>
    [...ledger].map(([bucket, ns]) => ({ run, visit, rank, threadId, bucket, ns })),
  )

export const LEDGER_COLUMNS: readonly Column<ReturnType<typeof entriesOf>[number]>[] = [
  ...within(CELL_COLUMNS, configurationOf),
  VISIT[0],
  ['rank', ({ rank }) => rank, 'number of the rank'],
  ['thread_id', ({ threadId }) => threadId, 'Node’s number of its thread'],
  ['bucket', ({ bucket }) => bucket, 'what the time was spent on'],
  ['ns', ({ ns }) => Math.round(ns), 'nanoseconds over all measured steps of the visit'],
]
