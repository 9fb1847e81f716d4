import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { namesOf, rowOf } from '../src/cells/columns.ts'
import { option, type OptionTable, share, text } from '../src/cells/values.ts'
import { messageOf } from '../src/errors.ts'
import { compareRuns, onlyCells, type Comparison } from '../src/report/compare/compare.ts'
import { environmentDifferences, machineName } from '../src/report/compare/environment.ts'
import { gateLines, gateOf } from '../src/report/compare/gate.ts'
import { lawLines } from '../src/report/compare/laws.ts'
import { COMPARISON_COLUMNS, sidesOf } from '../src/report/compare/rows.ts'
import { readRun, type ComparedRun } from '../src/report/compare/run.ts'
import { conclude, environmentLines, legend, notes } from '../src/report/compare/sentences.ts'
import { narrowLines, wideTable } from '../src/report/compare/table.ts'
import { csvText } from '../src/report/folder/csv.ts'
import { jsonText, markdownTable } from '../src/report/text/markdown.ts'
import { boxedTable } from '../src/report/text/text-table.ts'
import { sentenceLines } from '../src/report/text/wrap.ts'
import { command, UsageError } from './options/command.ts'
import { SHOWN } from './options/run-options.ts'
import { openTerminal } from './run/terminal.ts'

/** Each run has a letter. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The gate has neither failed nor passed. */
const EXIT_NOT_KNOWN = 3

const COMPARE_OPTIONS = {
  only: {
    flags: '--only <pattern>',
    help: 'compare the cells of this experiment and name, like scaling:* or *-2',
    read: text('an experiment and a name, like scaling:*'),
  },
  csv: {
    flags: '--csv <file>',
    help: 'write the rows of the comparison to this file, too',
    read: text('the path of a file'),
  },
  failAbove: {
    flags: '--fail-above <share>',
    help: 'a regression gate: exit code 1 if a step is slower than in the first run by more than this, like 5%, or has no valid time any more; 3 if that is not known',
    read: share,
  },
  allowUnknown: option('--allow-unknown', 'let the gate pass cells that may be slower or were not measured'),
  ...SHOWN,
} as const satisfies OptionTable

/**
 * Compare: the same cells in several runs, of other machines, versions of Node, kernels or commits, side by side.
 * Varies: whatever the runs differ in, which is listed. Fixed: the work; rows of other work are refused.
 */
export const compare = command({
  name: 'compare',
  summary: 'the same cells in several runs, side by side',
  takes: [],
  own: COMPARE_OPTIONS,
  operands: '[runs...]',
  notes:
    'The first run is what the others are compared with. Exit codes: 0; 1 if nothing\n' +
    'could be compared or --fail-above has failed; 2 if an option or folder is wrong;\n' +
    '3 if --fail-above is not known to have passed.',
  examples: [
    'compare results/laptop results/server',
    "compare results/laptop results/server --only 'scaling:*'",
    'compare results/node20 results/node24 --csv compared.csv',
    'compare results/before results/after --fail-above 5%',
  ],
  settle(options, _, { operands: folders }) {
    if (folders.length < 2 || folders.length > LETTERS.length) {
      throw new UsageError(
        `expected the folders of 2 to ${LETTERS.length} runs, the one to compare with first; see compare --help`,
      )
    }
    if (options.allowUnknown && options.failAbove === undefined) {
      throw new UsageError('--allow-unknown: expected with --fail-above')
    }
    return { ...options, folders }
  },
  /** False if nothing could be compared, or the gate has failed. */
  run({ folders, only, csv, failAbove, allowUnknown, wide, json, markdown }) {
    const comparison = compareRuns(readRuns(folders, only), failAbove)
    const { runs, cells } = comparison
    const compared = cells.some(({ against }) => against.some(({ kind }) => kind === 'compared'))
    if (csv !== undefined) writeComparison(csv, comparison)

    const { say, width } = openTerminal(json || markdown)
    const sayAll = (sentences: readonly string[]) => sentenceLines(sentences, width).forEach(say)
    sayAll(legend(runs))
    if (json) console.log(jsonText(sidesOf(comparison).map((side) => rowOf(COMPARISON_COLUMNS, side))))
    else if (markdown) {
      const { head, rows } = wideTable(comparison, (run) => `${run.letter} (${machineName(run)})`)
      console.log(markdownTable(head, rows))
    } else if (compared) {
      const table = wide ? [boxedTable(wideTable(comparison))] : narrowLines(comparison, width)
      for (const line of ['', ...table, '']) say(line)
    }
    const differences = environmentDifferences(runs)
    sayAll([...notes(comparison), ...lawLines(comparison), ...environmentLines(runs, differences)])
    const gate = failAbove === undefined ? [] : gateOf(comparison)
    if (failAbove !== undefined) sayAll(gateLines(gate, comparison, allowUnknown))
    sayAll(['', ...conclude(comparison, differences)])
    const has = (state: (typeof gate)[number]['state']) => gate.some((each) => each.state === state)
    if (!compared || has('failed')) return Promise.resolve(false)
    return Promise.resolve(has('not known') && !allowUnknown ? EXIT_NOT_KNOWN : true)
  },
})

function readRuns(folders: readonly string[], only: string | undefined): ComparedRun[] {
  const runs = folders.map((folder, i) => readRun(folder, LETTERS[i]))
  if (only === undefined) return runs
  const chosen = runs.map((run) => onlyCells(run, only))
  if (chosen.some(({ rows }) => rows.length > 0)) return chosen
  const experiments = new Set(runs.flatMap(({ rows }) => rows.map(({ fields }) => fields.experiment)))
  throw new UsageError(`--only ${only}: expected a pattern that matches a cell of ${[...experiments].join(', ')}`)
}

/** An earlier comparison may be written over, and nothing else. */
function writeComparison(file: string, comparison: Comparison): void {
  const content = csvText(COMPARISON_COLUMNS, sidesOf(comparison), true)
  const header = namesOf(COMPARISON_COLUMNS).join(',')
  try {
    if (existsSync(file) && !readFileSync(file, 'utf8').startsWith(header)) {
      throw new UsageError(`--csv ${file}: expected a new file, or one that this command has written`)
    }
    writeFileSync(file, content)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`--csv ${file}: cannot be written: ${messageOf(error)}`, { cause: error })
  }
}
