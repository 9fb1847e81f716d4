import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { namesOf, type Column } from '../src/cells/columns.ts'
import type { Dimension } from '../src/cells/dimension.ts'
import { columnsOf, CONFIGURATION, DIMENSIONS } from '../src/cells/dimensions.ts'
import { MANNER } from '../src/cells/manner.ts'
import { flagOf, type Option } from '../src/cells/options.ts'
import { FILES } from '../src/report/rows/index.ts'
import { CELL_COLUMNS } from '../src/report/rows/visits.ts'
import { markdownTable } from '../src/report/text/markdown.ts'
import { COMMANDS } from './commands.ts'

/** The documents that hold generated tables, from the root of the checkout. */
export const DOCUMENTS = ['bench/README.md', 'results/README.md']

const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

/** A row for each option, with the commands that take it. */
const optionTable = (options: readonly (readonly [key: string, option: Option])[]): string =>
  markdownTable(
    ['option', 'meaning', 'default', 'commands'],
    options.map(([key, { flags, help, default: usual = '' }]) => {
      const takers = COMMANDS.filter((command) => command.options[key]?.flags === flags).map(({ name }) => name)
      return [code(flags), help, code(usual), takers.join(', ')]
    }),
  )

/** Options that are no dimensions, each once. */
const runOptions = (): [string, Option][] => [
  ...new Map(
    COMMANDS.flatMap(({ options }) => Object.entries(options))
      .filter(([key]) => !(key in DIMENSIONS))
      .map(([key, option]): [string, [string, Option]] => [option.flags, [key, option]]),
  ).values(),
]

const configurationTable = (): string =>
  markdownTable(
    ['column', 'option', 'changes'],
    Object.entries<Dimension>(DIMENSIONS).flatMap(([key, dimension]) => {
      const rest = [code(flagOf(dimension)), key in MANNER ? 'manner' : 'work']
      return columnsOf({ dimension }).map((column) => [code(column), ...rest])
    }),
  )

/** The columns of a file; those that say what was run are told together. */
function columnTable(file: string): string {
  const columns: readonly Column<never>[] = FILES[file as keyof typeof FILES]
  const known = [CONFIGURATION, CELL_COLUMNS]
    .map(namesOf)
    .find((names) => names.every((name) => namesOf(columns).includes(name)))
  const rest = columns.filter(([name]) => !known?.includes(name))
  const rows = rest.map(([name, , meaning = '']) => [code(name), meaning])
  if (!known) return markdownTable(['column', 'meaning'], rows)
  const run = known.length > 5 ? `${code(known[0])} … ${code(known[known.length - 1])}` : known.map(code).join(', ')
  return markdownTable(['column', 'meaning'], [[run, 'what was run'], ...rows])
}

function tableOf(what: string): string {
  if (what === 'options') return optionTable(Object.entries<Option>(DIMENSIONS))
  if (what === 'run-options') return optionTable(runOptions())
  if (what === 'columns configuration') return configurationTable()
  return columnTable(what.replace('columns ', ''))
}

/** A document with its tables made anew. */
export const documented = (text: string): string =>
  text.replaceAll(
    /(<!-- table: (.+) -->\n)[^]*?(<!-- end -->)/g,
    (_, start: string, what: string, end: string) => `${start}\n${tableOf(what)}\n\n${end}`,
  )

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of DOCUMENTS) writeFileSync(file, documented(readFileSync(file, 'utf8')))
}
