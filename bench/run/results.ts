import type { RunFacts } from '../../src/cells/dimension.ts'
import { rowOf } from '../../src/cells/columns.ts'
import type { GroupResult } from '../../src/measure/outcome.ts'
import { SUMMARY_COLUMNS } from '../../src/report/rows/summary.ts'
import type { TraceEvent } from '../../src/report/rows/trace.ts'
import { percent } from '../../src/report/text/format.ts'
import { predictionLines, type Graded } from '../../src/report/text/predictions.ts'
import { scalingTable } from '../../src/report/text/split-tables.ts'
import type { Run } from './run.ts'

/** What a run has found so far. */
export interface Results {
  readonly groups: { readonly experiment: string; readonly run: RunFacts; readonly result: GroupResult }[]
  readonly asides: {
    readonly experiment: string
    readonly lines: readonly string[]
    readonly sentences: readonly string[]
  }[]
  readonly graded: Graded[]
  readonly trace: TraceEvent[]
}

/** Blocks that differ by more were not measured on the same machine, so to speak. */
const BLOCK_SPREAD = 1.25

/** The predictions that count: of cells in which every rank has a core. */
export const gradedOf = ({ group, outcomes }: GroupResult, experiment: string, cores: number): Graded[] =>
  outcomes.flatMap(({ cell, prediction: error }) =>
    error && cell.plan.programs.length <= cores
      ? [{ name: [experiment, group.label, cell.name].filter((part) => part !== '').join(', '), error }]
      : [],
  )

/** What a group's cells show, and what may have disturbed it. */
export function groupLines(title: string, { outcomes, floor }: GroupResult): string[] {
  const uneven = outcomes.filter(({ summary }) => summary && summary.blockSpread > BLOCK_SPREAD)
  return [
    '',
    title,
    scalingTable(outcomes),
    floor === undefined
      ? 'the noise of this run is not known: serial was not measured twice'
      : `serial against itself differs by up to ${percent(floor, 1)} (99 %); "≈" is no more than that`,
    ...(outcomes.some(({ cell, differs }) => cell.again && differs)
      ? [
          'warning: half of the blocks call serial different from itself by the noise of the other half: small differences mean nothing in this run',
        ]
      : []),
    ...(uneven.length > 0
      ? [
          `warning: the blocks of ${uneven.length} of ${outcomes.length} cells differ by more than ${BLOCK_SPREAD} times: something else used the cores in some of them`,
        ]
      : []),
    ...outcomes.flatMap(({ cell, findings }) => [
      ...findings.errors.map((error) => `${cell.name} is no result: ${error}`),
      ...findings.warnings.map((warning) => `warning: ${cell.name}: ${warning}`),
    ]),
  ]
}

/** The rows of summary.csv as JSON. */
export const resultsAlone = (begun: Run, { groups }: Results): string =>
  JSON.stringify(
    {
      run: begun.folder.path,
      summary: groups.flatMap(({ run, result }) =>
        result.outcomes.map((judged) => rowOf(SUMMARY_COLUMNS, { run, cell: judged.cell, judged })),
      ),
    },
    null,
    2,
  )

/** What the run has shown. */
export const runLines = ({ asides, graded }: Results): string[] => [
  ...asides.flatMap(({ experiment, lines, sentences }) => [
    ...(asides.length > 1 && lines.length + sentences.length > 0 ? ['', experiment] : []),
    ...lines,
    ...sentences,
  ]),
  ...predictionLines(graded),
]
