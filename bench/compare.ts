import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { namesOf } from '../src/cells/columns.ts'
import type { OptionTable } from '../src/cells/options.ts'
import { share, text } from '../src/cells/values.ts'
import { messageOf } from '../src/errors.ts'
import { compareRuns, type Comparison } from '../src/report/compare/compare.ts'
import { conclude } from '../src/report/compare/conclude.ts'
import { environmentDifferences } from '../src/report/compare/environment.ts'
import { failuresOf } from '../src/report/compare/gate.ts'
import { compareLaws } from '../src/report/compare/laws.ts'
import { gateLines, lawLines, legend, notes } from '../src/report/compare/lines.ts'
import { COMPARISON_COLUMNS, sidesOf } from '../src/report/compare/rows.ts'
import { readRun } from '../src/report/compare/run.ts'
import { comparisonTable, environmentTable, lawTable } from '../src/report/compare/table.ts'
import { csvText } from '../src/report/folder/csv.ts'
import { command } from './options/command.ts'
import { UsageError } from './options/usage.ts'

/** Each has a letter for its columns. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

const COMPARE_OPTIONS = {
  csv: {
    flags: '--csv <file>',
    help: 'write the rows of the comparison to this file, too',
    read: text('the path of a file'),
  },
  failAbove: {
    flags: '--fail-above <share>',
    help: 'a regression gate: exit code 1 if a step is really slower than in the first run by more than this, like 5%, or has no valid time any more',
    read: share,
  },
} as const satisfies OptionTable

interface Options {
  readonly runs: readonly string[]
  readonly csv: string | undefined
  readonly failAbove: number | undefined
}

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
    'could be compared or --fail-above has failed; 2 if an option or folder is wrong.',
  examples: [
    'compare results/laptop results/server',
    'compare results/node20 results/node22 results/node24 --csv compared.csv',
    'compare results/before results/after --fail-above 5%',
  ],
  settle({ csv, failAbove }, _, { operands }): Options {
    if (operands.length < 2 || operands.length > LETTERS.length) {
      throw new UsageError(
        `expected the folders of 2 to ${LETTERS.length} runs, the one to compare with first; see compare --help`,
      )
    }
    return { runs: operands, csv, failAbove }
  },
  run: (options) => Promise.resolve(compareFolders(options)),
})

/** False if nothing could be compared, or the gate has failed. */
function compareFolders({ runs: folders, csv, failAbove }: Options): boolean {
  const runs = folders.map((folder, i) => readRun(folder, LETTERS[i]))
  const comparison = compareRuns(runs)
  if (csv !== undefined) writeComparison(csv, comparison, failAbove)

  const compared = comparison.cells.some(({ against }) => against.some(({ kind }) => kind === 'compared'))
  for (const line of legend(runs)) console.log(line)
  if (compared) console.log(comparisonTable(comparison, failAbove))
  for (const line of notes(comparison)) console.log(line)

  const parameters = compareLaws(comparison)
  if (parameters.length > 0) console.log(lawTable(runs, parameters))
  for (const line of lawLines(runs)) console.log(line)
  const differences = environmentDifferences(runs)
  if (differences.length > 0) console.log(environmentTable(runs, differences))

  const failures = failAbove === undefined ? [] : failuresOf(comparison, failAbove)
  if (failAbove !== undefined) {
    for (const line of gateLines(failures, failAbove, comparison)) console.log(line)
  }
  for (const line of conclude(comparison, differences)) console.log(line)
  return compared && failures.length === 0
}

/** An earlier comparison may be written over, and nothing else. */
function writeComparison(file: string, comparison: Comparison, limit: number | undefined): void {
  const content = csvText(COMPARISON_COLUMNS, sidesOf(comparison, limit), true)
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
