import { existsSync, readFileSync } from 'node:fs'
import { groupBy } from '../../dist/src/measure/statistics.js'
import { percent } from '../../dist/src/report/text/format.js'
import { markdownTable } from '../../dist/src/report/text/markdown.js'
import { listing, paragraph, together } from './prose.mjs'
import { commitOf, measuredBy, numberOf } from './reference.mjs'

/** How much a run varies, and whether it holds when it is repeated. */

/** Runs of `noise`: their folders, and beside what. */
const CIRCUMSTANCES = { noise: 'nothing', 'noise-beside-load': 'bursts of load' }

/** A table of the components of each run, and how they were measured. */
export function noise(reference) {
  const runs = Object.entries(CIRCUMSTANCES).map(([folder, beside]) => ({ run: reference.run(folder), beside }))
  const levels = [...new Set(runs[0].run.rows('noise.csv').map(({ level }) => level))]
  const rows = runs.flatMap(({ run, beside }) =>
    [...groupBy(run.rows('noise.csv'), ({ what }) => what)].map(([what, own]) => [
      `\`${what}\``,
      beside,
      ...levels.map((level) => {
        const found = own.find((row) => row.level === level)
        return found ? percent(numberOf(found, 'sd'), 1) : ''
      }),
    ]),
  )
  return together(
    markdownTable(['', 'beside', ...levels], rows),
    ...runs.map(({ run, beside }) => paragraph(`Beside ${beside}: ${measuredBy(run)}`)),
  )
}

/** What `test/repeat` has found in each of its runs, from the files that it wrote. */
export function repeat(results) {
  const found = ['quick', 'default'].flatMap((kind) => {
    const path = `${results}/repeat/${kind}.json`
    return existsSync(path) ? [JSON.parse(readFileSync(path, 'utf8'))] : []
  })
  const [first] = found
  return together(
    first &&
      markdownTable(
        ['', ...found.map(({ runs, options }) => `${runs} runs, \`${['npm run bench --', ...options].join(' ')}\``)],
        first.results.map(({ what }, i) => [
          what,
          ...found.map(({ results: own }) => {
            const { part, whole } = own[i]
            return `${part} of ${whole} (${percent(part / whole, 1)})`
          }),
        ]),
      ),
    listing(
      found.map(
        ({ runs, machine, disturbed }) =>
          `${runs} runs under Node ${machine.node.slice(1)} on ${machine.availableCores} cores (${machine.cpu}), commit ` +
          `${commitOf(machine)}; ${disturbed} of them warned of a disturbance.`,
      ),
    ),
  )
}
