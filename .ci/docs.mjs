// Makes the tables of options and columns in the documents anew, from the tables that the program uses:
// node .ci/docs.mjs, or with --check tells by its exit code whether they are fresh.
import { readFileSync, writeFileSync } from 'node:fs'
import { COMMANDS } from '../dist/bench/commands.js'
import { namesOf } from '../dist/src/cells/columns.js'
import { CONFIGURATION, DIMENSIONS } from '../dist/src/cells/dimensions.js'
import { MANNER } from '../dist/src/cells/manner.js'
import { flagOf } from '../dist/src/cells/values.js'
import { FILES } from '../dist/src/report/rows/index.js'
import { CELL_COLUMNS } from '../dist/src/report/rows/visits.js'
import { markdownTable } from '../dist/src/report/text/markdown.js'

const DOCUMENTS = ['bench/README.md', 'results/README.md']

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

function tableOf(what) {
  if (what === 'options') return optionTable(Object.entries(DIMENSIONS))
  if (what === 'run-options') return optionTable(runOptions())
  if (what === 'columns configuration') return configurationTable()
  return columnTable(what.replace('columns ', ''))
}

const documented = (text) =>
  text.replaceAll(
    /(<!-- table: (.+) -->\n)[^]*?(<!-- end -->)/g,
    (_, start, what, end) => `${start}\n${tableOf(what)}\n\n${end}`,
  )

/** As prettier leaves a table, but for the widths of its columns. */
const squeezed = (text) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---')

for (const file of DOCUMENTS) {
  const text = readFileSync(file, 'utf8')
  const made = documented(text)
  if (!process.argv.includes('--check')) writeFileSync(file, made)
  else if (squeezed(made) !== squeezed(text)) {
    console.error(`${file}: its tables are stale: npm run docs`)
    process.exitCode = 1
  }
}
