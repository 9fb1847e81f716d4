import type { Visit } from '../../src/measure/blocks.ts'
import { isAgain } from '../../src/cells/cell.ts'
import { appendRows } from '../../src/report/folder/csv.ts'
import { SUMMARY_COLUMNS, summaryRow, type RunIdentity } from '../../src/report/rows/files.ts'
import { predictionLines, type Graded } from '../../src/report/text/predictions.ts'
import type { RunFolder } from '../../src/report/folder/run-folder.ts'
import { scalingTable } from '../../src/report/text/split-tables.ts'
import { traceStep, type TraceEvent } from '../../src/report/rows/trace.ts'
import type { GroupResult } from './experiment.ts'

/** What the columns of a table mean; said once in a run. */
export const LEGEND =
  'speed-up over serial, paired within blocks, with its 95 % interval; efficiency: of the threads (of what as many cores ' +
  'do together without memory); bubble: time that ranks wait; predicted: how far off'

/** Blocks that differ by more have not run on the same machine, so to speak. */
const BLOCK_SPREAD = 1.25

/** The predictions that count: of cells in which every rank has a core. */
export const gradedOf = ({ group, outcomes }: GroupResult, experiment: string, cores: number): Graded[] =>
  outcomes.flatMap(({ cell, prediction: error }) =>
    error && cell.plan.programs.length <= cores
      ? [{ name: [experiment, group.label, cell.name].filter((part) => part !== '').join(', '), error }]
      : [],
  )

/** Writes what a group's cells come to, and adds one step of each to the trace. */
export function writeGroup(
  folder: RunFolder,
  run: RunIdentity,
  { outcomes }: GroupResult,
  trace: TraceEvent[],
): void {
  appendRows(
    folder.file('summary.csv'),
    SUMMARY_COLUMNS,
    outcomes.map((outcome) => summaryRow(run, outcome)),
  )
  let pid = trace.reduce((most, event) => Math.max(most, event.pid), -1)
  for (const { cell, visits, summary } of outcomes) {
    if (summary) trace.push(...traceStep(run, cell, ++pid, typicalOf(visits, summary.medianNs).reports))
  }
}

/** Of the visits, each of which has the stamps of its last step, the one whose last step is closest to the median. */
function typicalOf(visits: readonly Visit[], medianNs: number): Visit {
  const off = ({ stepNs }: Visit) => Math.abs(stepNs[stepNs.length - 1] - medianNs)
  return visits.reduce((a, b) => (off(b) < off(a) ? b : a))
}

/** Prints what a group's cells come to, and what may have spoilt it. */
export function printGroup({ outcomes, floor }: GroupResult, graded: readonly Graded[]): void {
  console.log(scalingTable(outcomes))
  console.log(
    floor === undefined
      ? 'the noise of this run is not known: serial was not measured twice'
      : `serial against itself differs by up to ${(100 * floor).toFixed(1)} % (99 %); "≈" is no more than that`,
  )
  if (outcomes.some(({ cell, differs }) => isAgain(cell.name) && differs)) {
    console.log(
      'warning: half of the blocks call serial different from itself by the noise of the other half: small differences mean nothing in this run',
    )
  }
  for (const line of predictionLines(graded)) console.log(line)
  const uneven = outcomes.filter(({ summary }) => summary && summary.blockSpread > BLOCK_SPREAD)
  if (uneven.length > 0) {
    const worst = uneven.reduce((a, b) => (b.summary!.blockSpread > a.summary!.blockSpread ? b : a))
    console.log(
      `warning: the blocks of ${uneven.length} of ${outcomes.length} cells differ by more than ${BLOCK_SPREAD} times (${worst.cell.name} by ` +
        `${worst.summary!.blockSpread.toFixed(1)}): something else used the cores in some of them`,
    )
  }
  for (const { cell, findings } of outcomes) {
    for (const error of findings.errors) console.log(`${cell.name} is no result: ${error}`)
    for (const warning of findings.warnings) console.log(`warning: ${cell.name}: ${warning}`)
  }
}
