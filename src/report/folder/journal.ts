import { existsSync, readFileSync } from 'node:fs'
import type { Cell } from '../../cells/cell.ts'
import type { Visit } from '../../measure/blocks.ts'
import { append } from './disk.ts'

/**
 * What a run has measured so far, one line of JSON per visit of a cell and per finished block, so that it can be finished
 * after it was killed.
 * Everything else in the folder is made from it, or is made anew.
 */

interface Entry extends Omit<Visit, 'cell'> {
  readonly experiment: string
  readonly group: number
  readonly cell: string
}

interface Finished extends Pick<Entry, 'experiment' | 'group'> {
  readonly finished: number
}

export function appendVisit(file: string, experiment: string, group: number, visit: Visit): void {
  // A visit has more of its reports than what is read again.
  const reports = visit.reports.map(({ rank, threadId, spent, stamps, cpuMs }) => ({
    rank,
    threadId,
    spent,
    stamps,
    cpuMs,
  }))
  const entry: Entry = { experiment, group, ...visit, cell: visit.cell.name, reports }
  append(file, () => `${JSON.stringify(entry, asArray)}\n`)
}

/** Notes that all cells of a block were measured. */
export function appendFinished(file: string, experiment: string, group: number, block: number): void {
  const entry: Finished = { experiment, group, finished: block }
  append(file, () => `${JSON.stringify(entry)}\n`)
}

/**
 * The visits of some cells that a journal holds, of finished blocks: cells of a block that was cut off would be compared
 * with cells of another session. A last line that was cut off is left out, too.
 */
export function readVisits(file: string, experiment: string, group: number, cells: readonly Cell[]): Visit[] {
  if (!existsSync(file)) return []
  const byName = new Map(cells.map((cell) => [cell.name, cell]))
  const entries = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => parse(line) ?? [])
    .filter((entry) => entry.experiment === experiment && entry.group === group)
  const finished = new Set(entries.flatMap((entry) => ('finished' in entry ? [entry.finished] : [])))
  return entries.flatMap((entry) => {
    if ('finished' in entry || !finished.has(entry.block)) return []
    const cell = byName.get(entry.cell)
    return cell ? [{ ...entry, cell }] : []
  })
}

/** JSON has neither maps nor typed arrays. */
const asArray = (_key: string, value: unknown): unknown =>
  value instanceof Map || value instanceof Float64Array ? [...value] : value

function parse(line: string): Entry | Finished | undefined {
  try {
    return JSON.parse(line, (key, value) => {
      if (key === 'ledger') return new Map(value)
      if (key === 'spent' || key === 'stamps') return Float64Array.from(value)
      // Older versions wrote null for what is undefined.
      return value ?? undefined
    }) as Entry | Finished
  } catch {
    return undefined
  }
}
