import { COMMANDS } from '../../dist/bench/commands.js'
import { namesOf } from '../../dist/src/cells/columns.js'
import { CONFIGURATION, DIMENSIONS } from '../../dist/src/cells/dimensions.js'
import { MANNER } from '../../dist/src/cells/manner.js'
import { flagOf } from '../../dist/src/cells/values.js'
import { FILES } from '../../dist/src/report/rows/index.js'
import { CELL_COLUMNS } from '../../dist/src/report/rows/visits.js'
import { markdownTable } from '../../dist/src/report/text/markdown.js'

/** The tables of options and columns, from the tables that the program uses. */

const code = (text) => (text === '' ? '' : `\`${text}\``)

/** A row for each option, with the commands that take it. */
const optionTable = (options) =>
  markdownTable(
    ['option', 'meaning', 'default', 'commands'],
    options.map(([key, { flags, help, default: usual = '' }]) => {
      const takers = COMMANDS.filter((command) => command.options[key]?.flags === flags).map(({ name }) => name)
      return [code(flags), help, code(usual), takers.join(', ')]
    }),
  )

/** Options that are no dimensions, each once. */
function runOptions() {
  const all = COMMANDS.flatMap(({ options }) => Object.entries(options)).filter(([key]) => !(key in DIMENSIONS))
  return [...new Map(all.map((entry) => [entry[1].flags, entry])).values()]
}

const configurationTable = () =>
  markdownTable(
    ['column', 'option', 'changes'],
    Object.entries(DIMENSIONS).flatMap(([key, dimension]) =>
      namesOf([...(dimension.columns ?? []), ...(dimension.runColumns ?? [])]).map((column) => [
        code(column),
        code(flagOf(dimension)),
        key in MANNER ? 'manner' : 'work',
      ]),
    ),
  )

/** The columns of a file; those that say what was run are told together. */
function columnTable(file) {
  const names = namesOf(FILES[file])
  const known = [CONFIGURATION, CELL_COLUMNS].map(namesOf).find((some) => some.every((name) => names.includes(name)))
  const rest = FILES[file].filter(([name]) => !known?.includes(name))
  const told = known?.length > 5 ? `${code(known[0])} … ${code(known.at(-1))}` : known?.map(code).join(', ')
  const rows = rest.map(([name, , meaning = '']) => [code(name), meaning])
  return markdownTable(['column', 'meaning'], known ? [[told, 'what was run'], ...rows] : rows)
}

/** The table that a document asks for by name. */
export function tableOf(what) {
  if (what === 'options') return optionTable(Object.entries(DIMENSIONS))
  if (what === 'run-options') return optionTable(runOptions())
  if (what === 'columns configuration') return configurationTable()
  return columnTable(what.replace('columns ', ''))
}
