import { existsSync, readFileSync } from 'node:fs'
import type { Visit } from '../../measure/blocks.ts'
import type { Cell } from '../../cells/cell.ts'
import { append } from './disk.ts'

/**
 * What a run has measured so far, one line of JSON per visit of a cell, so that it can be finished after it was killed.
 * Everything else in the folder is made from it, or is made anew.
 */

/** A visit as it is written: the cell by its name, and typed arrays as arrays. */
type Entry = Omit<Visit, 'cell' | 'ranks' | 'reports'> & {
  readonly experiment: string
  readonly group: number
  readonly cell: string
  readonly ranks: readonly {
    readonly rank: number
    readonly threadId: number
    readonly ledger: [string, number][]
  }[]
  readonly reports: readonly {
    readonly rank: number
    readonly threadId: number
    readonly spent: number[]
    readonly stamps: number[]
    readonly cpuMs: number | null
  }[]
}

export function appendVisit(file: string, experiment: string, group: number, visit: Visit): void {
  const { cell, ranks, reports, ...rest } = visit
  const entry: Entry = {
    experiment,
    group,
    ...rest,
    cell: cell.name,
    ranks: ranks.map(({ ledger, ...each }) => ({ ...each, ledger: [...ledger] })),
    reports: reports.map(({ rank, threadId, spent, stamps, cpuMs }) => ({
      rank,
      threadId,
      spent: [...spent],
      stamps: [...stamps],
      cpuMs: cpuMs ?? null,
    })),
  }
  append(file, () => `${JSON.stringify(entry)}\n`)
}

/** The visits of some cells that a journal holds; a last line that was cut off is left out. */
export function readVisits(file: string, experiment: string, group: number, cells: readonly Cell[]): Visit[] {
  if (!existsSync(file)) return []
  const byName = new Map(cells.map((cell) => [cell.name, cell]))
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const entry = parse(line)
      const cell = entry && byName.get(entry.cell)
      if (!cell || entry.experiment !== experiment || entry.group !== group) return []
      const { experiment: _experiment, group: _group, ...visit } = entry
      return [
        {
          ...visit,
          cell,
          ranks: entry.ranks.map(({ ledger, ...each }) => ({
            ...each,
            ledger: new Map(ledger) as Visit['ranks'][number]['ledger'],
          })),
          reports: entry.reports.map(({ spent, stamps, cpuMs, ...each }) => ({
            ...each,
            spent: Float64Array.from(spent),
            stamps: Float64Array.from(stamps),
            cpuMs: cpuMs ?? undefined,
          })),
        },
      ]
    })
}

function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return undefined
  }
}
