import { existsSync, readFileSync } from 'node:fs'
import type { Cell } from '../../cells/cell.ts'
import type { Visit, VisitReport } from '../../measure/blocks.ts'
import type { Bucket, RankLedger } from '../../measure/ledger.ts'
import { append } from './disk.ts'

/**
 * What a run has measured so far, one line of JSON per visit of a cell, so that it can be finished after it was killed.
 * Everything else in the folder is made from it, or is made anew.
 */

/** A visit as it is written: the cell by its name, maps and typed arrays as arrays. */
interface Entry extends Omit<Visit, 'cell' | 'ranks' | 'reports'> {
  readonly experiment: string
  readonly group: number
  readonly cell: string
  readonly ranks: readonly (Omit<RankLedger, 'ledger'> & { readonly ledger: readonly [Bucket, number][] })[]
  readonly reports: readonly (Pick<VisitReport, 'rank' | 'threadId'> & {
    readonly spent: readonly number[]
    readonly stamps: readonly number[]
    readonly cpuMs: number | null
  })[]
}

export function appendVisit(file: string, experiment: string, group: number, visit: Visit): void {
  const entry: Entry = {
    experiment,
    group,
    ...visit,
    cell: visit.cell.name,
    ranks: visit.ranks.map((each) => ({ ...each, ledger: [...each.ledger] })),
    reports: visit.reports.map(({ rank, threadId, spent, stamps, cpuMs = null }) => ({
      rank,
      threadId,
      spent: [...spent],
      stamps: [...stamps],
      cpuMs,
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
      const ranks = entry.ranks.map((each) => ({ ...each, ledger: new Map(each.ledger) }))
      const reports = entry.reports.map(({ spent, stamps, cpuMs, ...each }) => ({
        ...each,
        spent: Float64Array.from(spent),
        stamps: Float64Array.from(stamps),
        cpuMs: cpuMs ?? undefined,
      }))
      return [{ ...entry, cell, ranks, reports }]
    })
}

function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return undefined
  }
}
