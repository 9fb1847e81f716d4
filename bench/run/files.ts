import { existsSync, readFileSync, rmSync } from 'node:fs'
import type { Cell } from '../../src/cells/cell.ts'
import type { RunFacts } from '../../src/cells/dimension.ts'
import type { Visit } from '../../src/measure/blocks.ts'
import type { MeasureEvent } from '../../src/measure/events.ts'
import type { GroupResult, Outcome } from '../../src/measure/outcome.ts'
import type { Forecast } from '../../src/measure/prediction/predict.ts'
import { appendFinished, appendVisit, readVisits } from '../../src/report/folder/journal.ts'
import type { RunFolder } from '../../src/report/folder/run-folder.ts'
import { timedOf } from '../../src/report/rows/calibration.ts'
import { needsOf } from '../../src/report/rows/experiments.ts'
import { appendTo } from '../../src/report/rows/index.ts'
import { predictedOf, readForecasts } from '../../src/report/rows/predictions.ts'
import { traceStep, type TraceEvent } from '../../src/report/rows/trace.ts'
import { entriesOf, samplesOf } from '../../src/report/rows/visits.ts'
import { trainedStatus } from './run.ts'

/** Made anew, from the journal, when a run goes on. */
const DERIVED = ['samples', 'blocks', 'summary', 'ledger', 'memory', 'laws', 'growth']

const JOURNAL = 'visits.jsonl'

/** All files that an experiment may leave, in the order in which they are listed. */
export const FILES = [
  ...DERIVED.map((name) => `${name}.csv`),
  'predictions.csv',
  'calibration.csv',
  'machine.json',
  'trace.json',
  JOURNAL,
]

export function removeDerived(folder: RunFolder): void {
  for (const name of DERIVED) rmSync(folder.file(`${name}.csv`), { force: true })
}

/** The visits of a group that the journal of a run holds. */
export const earlierVisits = (
  folder: RunFolder,
  { experiment }: RunFacts,
  group: number,
  cells: readonly Cell[],
): Visit[] => readVisits(folder.file(JOURNAL), experiment, group, cells)

/** What a run has predicted of some cells before it was killed. */
export function earlierForecasts(folder: RunFolder, run: RunFacts, cells: readonly Cell[]): Forecast[] {
  const file = folder.file('predictions.csv')
  return existsSync(file) ? readForecasts(readFileSync(file, 'utf8'), run, cells) : []
}

/** Writes what happens in a group as it happens. */
export function fileListener(
  folder: RunFolder,
  run: RunFacts,
  group: number,
  cores: number,
): (event: MeasureEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'planned':
        appendTo(
          folder,
          'memory.csv',
          event.cells.flatMap((cell) => needsOf({ run, cell })),
        )
        break
      case 'predicted': {
        const { block, cells, predictions } = event
        appendTo(folder, 'calibration.csv', timedOf(run, block, predictions.calibration))
        appendTo(folder, 'predictions.csv', predictedOf(run, block, cells, predictions))
        break
      }
      case 'visited':
        // The journal is written last: what it holds is in the other files, too.
        writeVisit(folder, run, event.visit, cores)
        appendVisit(folder.file(JOURNAL), run.experiment, group, event.visit)
        break
      case 'finished':
        appendFinished(folder.file(JOURNAL), run.experiment, group, event.block)
        break
      case 'grown': {
        const { point } = event
        appendTo(folder, 'growth.csv', [{ run, cell: point.cell, point }])
      }
    }
  }
}

export function writeVisit(folder: RunFolder, run: RunFacts, visit: Visit, cores: number): void {
  const status = trainedStatus(visit.cell, visit.finite, cores)
  appendTo(folder, 'samples.csv', samplesOf(run, visit, status))
  appendTo(folder, 'blocks.csv', [{ run, visit }])
  appendTo(folder, 'ledger.csv', entriesOf(run, visit))
}

/** Writes the results of a group's cells, and adds one step of each to the trace. */
export function writeGroup(folder: RunFolder, run: RunFacts, { outcomes }: GroupResult, trace: TraceEvent[]): void {
  const rows = outcomes.map((judged) => ({ run, cell: judged.cell, judged }))
  appendTo(folder, 'summary.csv', rows)
  let pid = trace.reduce((most, event) => Math.max(most, event.pid), -1)
  for (const outcome of outcomes) {
    if (outcome.summary) trace.push(...traceStep(run, outcome.cell, ++pid, typicalOf(outcome).reports))
  }
}

/** The visit whose last step, which is the one with stamps, is closest to the median. */
function typicalOf({ visits, summary }: Outcome): Visit {
  const off = ({ stepNs }: Visit) => Math.abs(stepNs[stepNs.length - 1] - summary!.medianNs)
  return visits.reduce((a, b) => (off(b) < off(a) ? b : a))
}
