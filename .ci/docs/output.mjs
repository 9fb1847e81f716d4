import { spawnSync } from 'node:child_process'
import { fenced } from './prose.mjs'

/**
 * What the program prints for a command line that measures nothing.
 *
 * @param asked the words, in which {newest} and {oldest} stand for the folders of the references by these
 * versions of Node; before them, the number of lines to show
 */
export function outputOf(asked, references) {
  const [, lines, line] = /^(?:(\d+) lines of )?(.+)$/.exec(asked)
  const folders = { newest: references[0].path, oldest: references.at(-1).path }
  const words = line.replaceAll(/\{(\w+)\}/g, (_, which) => folders[which]).split(' ')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/bench/main.js', ...words], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
  const all = stdout.trimEnd().split('\n')
  const shown = lines === undefined ? all : [...all.slice(0, Number(lines)), '…']
  return fenced([`$ npm run bench -- ${words.join(' ')}`, ...shown].join('\n'))
}
