import type { RunFacts } from '../../src/cells/dimension.ts'
import { rowOf } from '../../src/cells/columns.ts'
import type { KernelChoice } from '../../src/kernels/kernel.ts'
import type { Group, GroupResult } from '../../src/measure/outcome.ts'
import type { Calibration } from '../../src/measure/prediction/calibrate.ts'
import { SUMMARY_COLUMNS } from '../../src/report/rows/summary.ts'
import type { TraceEvent } from '../../src/report/rows/trace.ts'
import { percent } from '../../src/report/text/format.ts'
import { jsonText, markdownTable } from '../../src/report/text/markdown.ts'
import { predictionLines, type Graded } from '../../src/report/text/predictions.ts'
import { screenLines } from '../../src/report/text/screen.ts'
import { scalingColumns, scalingTable, splitTable } from '../../src/report/text/tables.ts'
import { sentenceLines } from '../../src/report/text/wrap.ts'
import { combinedOutlook } from './combined.ts'
import type { RunOptions } from './experiment.ts'
import { FILES } from './files.ts'
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
  /** What instructions took in the first group that was calibrated. */
  calibration?: Calibration
}

/** Blocks that differ by more were not measured on the same machine, so to speak. */
const BLOCK_SPREAD = 1.25

const titleOf = (experiment: string, { label }: Group): string => experiment + (label === '' ? '' : `, ${label}`)

/** The predictions that count: of cells in which every rank has a core. */
export const gradedOf = ({ group, outcomes }: GroupResult, experiment: string, cores: number): Graded[] =>
  outcomes.flatMap(({ cell, prediction: error }) =>
    error && cell.plan.programs.length <= cores ? [{ name: `${titleOf(experiment, group)}, ${cell.name}`, error }] : [],
  )

/** What a group's cells show, and what may have disturbed it. */
export function groupLines(experiment: string, { group, outcomes, floor }: GroupResult, wide: boolean): string[] {
  const uneven = outcomes.filter(({ summary }) => summary && summary.blockSpread > BLOCK_SPREAD)
  const notes = [
    floor === undefined
      ? 'The noise of this run is not known: serial was not measured twice.'
      : `Serial against itself differs by up to ${percent(floor, 1)} (99 %); "≈" is no more than that.`,
    ...(outcomes.some(({ cell, differs }) => cell.again && differs)
      ? [
          'Warning: half of the blocks call serial different from itself by the noise of the other half: small differences mean nothing in this run.',
        ]
      : []),
    ...(uneven.length > 0
      ? [
          `Warning: the blocks of ${uneven.length} of ${outcomes.length} cells differ by more than ${BLOCK_SPREAD} times: something else used the cores in some of them.`,
        ]
      : []),
    ...outcomes.flatMap(({ cell, findings }) => [
      ...findings.errors.map((error) => `${cell.name} is no result: ${error}.`),
      ...findings.warnings.map((warning) => `Warning: ${cell.name}: ${warning}.`),
    ]),
  ]
  return ['', titleOf(experiment, group), wide ? scalingTable(outcomes) : splitTable(outcomes), ...sentenceLines(notes)]
}

/** The results for other programs. */
export function resultsAlone(asJson: boolean, { folder }: Run, { groups }: Results): string {
  if (asJson) {
    const summary = groups.flatMap(({ run, result }) =>
      result.outcomes.map((judged) => rowOf(SUMMARY_COLUMNS, { run, cell: judged.cell, judged })),
    )
    return jsonText({ run: folder.path, summary })
  }
  return groups
    .map(({ experiment, result }) => {
      const { head, rows } = scalingColumns(result.outcomes)
      return `${groups.length > 1 ? `**${titleOf(experiment, result.group)}**\n\n` : ''}${markdownTable(head, rows)}`
    })
    .join('\n\n')
}

/** What is told at the end of a run. */
export interface Told {
  readonly options: RunOptions
  readonly begun: Run
  readonly results: Results
  readonly warnings: readonly string[]
  readonly kernel: KernelChoice
  readonly gflops: number
  readonly cores: number
  /** The program and the command, as the user started them. */
  readonly command: string
  readonly width: number
  /** Charts, or why they were not made. */
  readonly charts: readonly string[]
}

/** What the run has shown, and where the rest is. */
export function runLines(told: Told): string[] {
  const { options, begun, results, warnings, width, charts } = told
  const { asides, graded, groups } = results
  const scaling = groups.find(({ experiment }) => experiment === 'scaling')
  const several = asides.length > 1
  return [
    ...asides.flatMap(({ experiment, lines, sentences }) => {
      const shown = experiment === 'scaling' && !options.wide ? [] : lines
      return shown.length + sentences.length === 0
        ? []
        : ['', ...(several ? [experiment] : []), ...shown, ...sentenceLines(sentences, width)]
    }),
    ...(options.wide || several ? sentenceLines(predictionLines(graded), width) : []),
    ...(options.wide
      ? [...charts, ...FILES.filter((name) => begun.has(name)).map((name) => begun.folder.file(name))]
      : []),
    '',
    ...(scaling
      ? screenOf(told, scaling.result)
      : [
          ...sentenceLines(
            warnings.map((warning) => `Warning: ${warning}.`),
            width,
          ),
          `Results: ${begun.folder.shown}`,
        ]),
  ]
}

function screenOf(told: Told, { outcomes, floor }: GroupResult): string[] {
  const { begun, results, warnings, kernel, gflops, cores, command, width, charts } = told
  const picture = charts.some((line) => line.endsWith('timeline.svg')) ? 'timeline.svg' : undefined
  return screenLines(
    {
      machine: { cores, cpu: begun.machine.cpu, node: begun.machine.node },
      kernel: kernel.name,
      floor,
      warnings,
      outcomes,
      combined: combinedOutlook(outcomes, results.calibration, gflops),
      folder: begun.folder.shown,
      picture,
      wideCommand: `${command} --wide`,
    },
    width,
  )
}
