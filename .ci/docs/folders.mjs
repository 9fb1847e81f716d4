import { markdownTable } from '../../dist/src/report/text/markdown.js'
import { fenced, paragraph } from './prose.mjs'
import { commitOf, disturbanceOf, measuredBy } from './reference.mjs'
import { comparison, isResult } from './verdict.mjs'

/** The runs themselves: where they lie, how to cite them, what they printed and drew. */

/** A row for each run, with what disturbed it. */
export const folders = (references, linkTo) =>
  markdownTable(
    ['folder', 'command', 'Node', 'commit', 'disturbed'],
    references.flatMap(({ runs }) =>
      runs.map((run) => [
        `[${run.path.split('/').slice(-2).join('/')}](${linkTo(run.path)})`,
        `\`${run.command}\``,
        run.machine.node.slice(1),
        commitOf(run.machine),
        (disturbanceOf(run) ?? 'not told') || 'no',
      ]),
    ),
  )

/** An example of a citation: shared weights on two threads. */
export function citation(run) {
  const rows = run.rows('summary.csv', 'scaling').filter(isResult)
  const row = rows.find(({ reduction, threads }) => reduction === 'owner' && threads === '2')
  const told = row
    ? `data, shared weights, 2 threads: ${comparison(row)} (95 %, paired within blocks)`
    : 'data, shared weights, 2 threads: no result'
  return paragraph(`> ${told}; ${measuredBy(run)}`).replaceAll('\n', '\n> ')
}

/** How the run ended in the terminal; empty for older runs, which do not keep it. */
export function screen(run) {
  const printed = run.text('screen.txt')
  const start = printed?.search(/^\d+ cores? .*(?![^]*^\d+ cores? )/m) ?? -1
  return start < 0 ? '' : `A run ends with:\n\n${fenced(printed.slice(start))}`
}

/** @param words the file within the folder, and what it shows */
export const picture = (reference, linkTo, words) => {
  const [file, ...shown] = words.split(' ')
  return `![${shown.join(' ')}](${linkTo(`${reference.path}/${file}`)})`
}
