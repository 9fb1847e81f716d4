import { existsSync } from 'node:fs'
import type { RunFacts } from '../../src/cells/dimension.ts'
import { rowOf } from '../../src/cells/columns.ts'
import { FEWEST_SESSIONS } from '../../src/measure/effort.ts'
import { sessionsOf, type Group, type GroupResult } from '../../src/measure/outcome.ts'
import type { Calibration } from '../../src/measure/prediction/calibrate.ts'
import { SUMMARY_COLUMNS } from '../../src/report/rows/summary.ts'
import type { TraceEvent } from '../../src/report/rows/trace.ts'
import { percent } from '../../src/report/text/format.ts'
import { lookOf } from '../../src/report/text/look.ts'
import { jsonText, markdownTable } from '../../src/report/text/markdown.ts'
import { predictionLines, type Graded } from '../../src/report/text/predictions.ts'
import { screenLines } from '../../src/report/text/screen.ts'
import { scalingColumns, scalingTable, splitTable } from '../../src/report/text/tables.ts'
import { sentenceLines } from '../../src/report/text/wrap.ts'
import { combinedOutlook } from './combined.ts'
import type { Shared } from './experiment.ts'
import { FILES } from './files.ts'
import type { Run } from './run.ts'

/** What a run has found so far. */
export interface Results {
  readonly groups: { readonly experiment: string; readonly run: RunFacts; readonly result: GroupResult }[]
  readonly asides: { experiment: string; lines: readonly string[]; sentences: readonly string[] }[]
  readonly graded: Graded[]
  readonly trace: TraceEvent[]
  /** Whether a cell does not train as serial does. */
  hasMismatch?: boolean
  /** What instructions and signals took in each session. */
  readonly calibrations: Calibration[]
}

/** Blocks that differ by more were not measured on the same machine, so to speak. */
const BLOCK_SPREAD = 1.25

const titleOf = (experiment: string, { label }: Group): string => experiment + (label === '' ? '' : `, ${label}`)

/** The predictions that count: of sound cells in which every rank has a core. */
export const gradedOf = ({ group, outcomes }: GroupResult, experiment: string): Graded[] =>
  outcomes.flatMap(({ cell, prediction: error, status }) =>
    error && status === 'ok' ? [{ name: `${titleOf(experiment, group)}, ${cell.name}`, plan: cell.plan, error }] : [],
  )

/** What a group's cells show, and what may have disturbed it. */
export function groupLines(experiment: string, { group, outcomes, noise }: GroupResult, wide: boolean): string[] {
  const uneven = outcomes.filter(({ summary }) => summary && summary.blockSpread > BLOCK_SPREAD)
  const isDisturbed = outcomes.some(({ cell, differs }) => cell.again && differs)
  const notes = [
    noise === undefined
      ? 'Serial against itself was not judged: that takes two blocks. "≈": no difference from serial is shown.'
      : `Serial against itself may differ by up to ${percent(noise, 1)} (95 %). "≈": no difference from serial is shown.`,
    ...lookOf(sessionsOf(outcomes)).map((look) => `This is ${look}, and ${FEWEST_SESSIONS} make a result.`),
    isDisturbed && 'Warning: serial, measured twice, differs from itself: the intervals of this run are too narrow.',
    uneven.length > 0 &&
      `Warning: the blocks of ${uneven.length} of ${outcomes.length} cells differ by more than ${BLOCK_SPREAD} times: something else used the cores in some of them.`,
    ...outcomes.flatMap(({ cell, findings }) => [
      ...findings.errors.map((error) => `${cell.name} is no result: ${error}.`),
      ...findings.warnings.map((warning) => `Warning: ${cell.name}: ${warning}.`),
    ]),
  ]
  const table = wide ? scalingTable(outcomes) : splitTable(outcomes)
  return ['', titleOf(experiment, group), table, ...sentenceLines(notes.filter((note) => note !== false))]
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

/** What the run has shown, and where the rest is. */
export function runLines(
  shared: Omit<Shared, 'signal'>,
  results: Results,
  warnings: readonly string[],
  charts: readonly string[],
): string[] {
  const { options, begun, terminal, kernel, gflops, cores, command } = shared
  const { folder, machine } = begun
  const sentence = (...sentences: readonly string[]) => sentenceLines(sentences, terminal.width)
  const isShown = ({ experiment }: { readonly experiment: string }) => experiment !== 'scaling' || options.wide
  const shown = results.asides.filter(isShown)
  const lines = shown.flatMap(({ experiment, lines: own, sentences }) =>
    own.length + sentences.length === 0
      ? []
      : ['', ...(results.asides.length > 1 ? [experiment] : []), ...own, ...sentence(...sentences)],
  )
  const files = FILES.map((name) => folder.file(name)).filter((file) => existsSync(file))
  const scaling = results.groups.find(({ experiment }) => experiment === 'scaling')?.result
  return [
    ...lines,
    ...(shown.length > 0 ? sentence(...predictionLines(results.graded)) : []),
    ...(options.wide ? [...charts, ...files] : []),
    '',
    ...(scaling
      ? screenLines(
          {
            machine: { cores, cpu: machine.cpu, node: machine.node },
            kernel: kernel.name,
            pin: options.pin,
            noise: scaling.noise,
            warnings,
            outcomes: scaling.outcomes,
            combined: combinedOutlook(scaling.outcomes, results.calibrations, gflops),
            folder: folder.shown,
            picture: charts.some((line) => line.endsWith('timeline.svg')) ? 'timeline.svg' : undefined,
            wideCommand: `${command} --wide`,
          },
          terminal.width,
        )
      : [...sentence(...warnings.map((warning) => `Warning: ${warning}.`)), `Results: ${folder.shown}`]),
  ]
}
