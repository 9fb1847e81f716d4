import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import { compareRuns, type Comparison } from '../src/report/compare/compare.ts'
import { conclude } from '../src/report/compare/conclude.ts'
import { environmentDifferences } from '../src/report/compare/environment.ts'
import { failuresOf } from '../src/report/compare/gate.ts'
import { compareLaws } from '../src/report/compare/laws.ts'
import { gateLines, lawLines, legend, notes } from '../src/report/compare/lines.ts'
import { COMPARISON_COLUMNS, comparisonRows } from '../src/report/compare/rows.ts'
import { readRun } from '../src/report/compare/run.ts'
import { comparisonTable, environmentTable, lawTable } from '../src/report/compare/table.ts'
import { csvText } from '../src/report/folder/csv.ts'
import { FolderError } from '../src/report/folder/run-folder.ts'
import { UsageError } from './options/usage-error.ts'
import { share, text } from './options/values.ts'

/**
 * Compare: the same cells in several runs, of other machines, versions of Node, kernels or commits, side by side.
 * Varies: whatever the runs differ in, which is listed. Fixed: the work; rows of other work are refused.
 */

const PROGRAM = 'npm run compare --'
const EXIT_FAILED = 1
const EXIT_USAGE = 2
/** Each has a letter for its columns. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const RUNS = `expected the folders of 2 to ${LETTERS.length} runs, the one to compare with first`

const schema = z.object({
  runs: z.array(text('the folder of a run')).min(2, RUNS).max(LETTERS.length, RUNS),
  csv: text('the path of a file').optional(),
  failAbove: share().optional(),
})
type Options = z.output<typeof schema>

const EXAMPLES = `
Exit codes: 0; 1 if nothing could be compared or --fail-above has failed; 2 if an option or a folder is wrong.

Examples:
  ${PROGRAM} results/laptop results/server
  ${PROGRAM} results/node20 results/node22 results/node24 --csv compared.csv
  ${PROGRAM} results/before results/after --fail-above 5%`

/** One line says what was wrong; a stack is shown only for what this program did not foresee. */
try {
  process.exitCode = compare(parseCommandLine(process.argv.slice(2))) ? 0 : EXIT_FAILED
} catch (error) {
  const foreseen = error instanceof UsageError || error instanceof FolderError
  console.error(foreseen ? `error: ${error.message}` : error)
  process.exitCode = foreseen ? EXIT_USAGE : EXIT_FAILED
}

function parseCommandLine(argv: readonly string[]): Options {
  const command = new Command('compare')
    .description('Puts the cells of several runs side by side, each against the first run.')
    .argument('[runs...]', 'folders of runs; the first is what the others are compared with')
    .option('--csv <file>', 'write the rows of the comparison to this file, too')
    .option(
      '--fail-above <share>',
      'a regression gate: exit code 1 if a step is really slower than in the first run by more than this, like 5%, or has no valid time any more',
    )
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ commandUsage: () => `${PROGRAM} RUN RUN… [options]` })
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
  try {
    command.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) process.exit(0)
    throw new UsageError(`${error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')}; see --help`)
  }
  const given: Record<string, unknown> = { ...command.opts(), runs: command.args }
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]
  const flag = command.options.find((option) => option.attributeName() === path[0])?.long
  if (flag === undefined) throw new UsageError(`${message}; see --help`)
  throw new UsageError(`${flag} ${JSON.stringify(given[String(path[0])])}: ${message}`)
}

/** False if nothing could be compared, or the gate has failed. */
function compare({ runs: folders, csv, failAbove }: Options): boolean {
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
  const content = csvText(file, COMPARISON_COLUMNS, comparisonRows(comparison, limit), true)
  const header = COMPARISON_COLUMNS.join(',')
  try {
    if (existsSync(file) && !readFileSync(file, 'utf8').startsWith(header)) {
      throw new UsageError(`--csv ${file}: expected a new file, or one that this command has written`)
    }
    writeFileSync(file, content)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`--csv ${file}: cannot be written: ${(error as Error).message}`, { cause: error })
  }
}
