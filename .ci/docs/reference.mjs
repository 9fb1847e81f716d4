import { existsSync, readFileSync } from 'node:fs'
import { sum } from '../../dist/src/measure/statistics.js'
import { numberIn, parseRows } from '../../dist/src/report/folder/read-csv.js'
import { paragraph } from './prose.mjs'

/** The runs whose numbers the documents show. results/reference.json alone names their folders. */

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

/**
 * The reference of each Node version, the newest first.
 *
 * @param results the folder with `reference.json`
 */
export function referencesIn(results) {
  const { folders } = readJson(`${results}/reference.json`)
  return Object.entries(folders)
    .toSorted(([a], [b]) => versionOf(b) - versionOf(a))
    .map(([node, folder]) => openReference(node, `${results}/${folder}`))
}

const versionOf = (node) => Number(node.replace('node', ''))

/** A run of each command of the protocol. */
function openReference(node, path) {
  const runs = readJson(`${path}/protocol.json`).runs.map((run) => openRun(`${path}/${run.folder}`, run))
  return { node, path, runs, run: (folder) => runs.find((run) => run.folder === folder) }
}

function openRun(path, { folder, command, exitCode = 0 }) {
  const text = (file) => (existsSync(`${path}/${file}`) ? readFileSync(`${path}/${file}`, 'utf8') : undefined)
  return {
    folder,
    path,
    command,
    exitCode,
    text,
    machine: readJson(`${path}/machine.json`),
    /** The rows of a file, of one experiment if it is named. */
    rows: (file, experiment) =>
      parseRows(text(file) ?? '').filter((row) => experiment === undefined || row.experiment === experiment),
  }
}

/** A number of a row, which must be there. */
export function numberOf(row, column) {
  const value = numberIn(row, column)
  if (value === undefined) throw new Error(`no ${column} in the row of ${row.cell}`)
  return value
}

/** The sum of a column. */
export const sumOf = (rows, column) => sum(rows.map((row) => numberOf(row, column)))

export const commitOf = ({ git }) => (git ? git.commit.slice(0, 7) + (git.dirty ? ', changed' : '') : 'unknown')

/** What may have spoilt a run, in its own words; undefined where an older run does not tell. */
export function disturbanceOf({ machine: { warnings }, exitCode }) {
  const failed = exitCode === 0 ? [] : [`it ended with exit code ${exitCode}`]
  return warnings && [...warnings, ...failed].join('; ')
}

/** Where and how a run was measured, and what disturbed it. */
export function measuredBy(run) {
  const { cpu, availableCores, node } = run.machine
  const disturbance = disturbanceOf(run)
  const disturbed = disturbance === undefined ? '' : disturbance ? ` Disturbed: ${disturbance}.` : ' Not disturbed.'
  const machine = `${availableCores} ${availableCores === 1 ? 'core' : 'cores'} (${cpu ?? 'unknown processor'})`
  return (
    `measured by \`${run.command}\` under Node ${node.slice(1)} on ${machine}, commit ${commitOf(run.machine)}.` +
    disturbed
  )
}

/** The same as a paragraph, after what was measured. */
export const provenance = (run, what) => paragraph(`${what} ${measuredBy(run)}`)
