import { isDifferent } from '../../measure/noise.ts'
import type { Interval } from '../../measure/statistics.ts'
import { matchRows, type Match } from './match.ts'
import { ratioInterval, ratioOf } from './ratio.ts'
import { SEED, type ComparedRun, type RunRow } from './run.ts'
import { differentWork, marksOf, valueOf } from './work.ts'

/** The step of a cell in a run, against that of the first run. Above 1 it is slower. */
export interface Ratio {
  readonly kind: 'compared'
  readonly ratio: number
  /** 95 %; undefined with a single block. */
  readonly interval: Interval | undefined
  /** The larger of the two runs' own noise, as a share; undefined if neither is known. */
  readonly floor: number | undefined
  /** Whether the interval excludes 1 and the ratio is further from it than the noise. */
  readonly differs: boolean
  /** The columns, besides the work, in which the rows differ. */
  readonly marks: readonly string[]
}

/** Why there is no ratio: the work is not the same, or one of the runs has no time or no such cell. */
export interface NoRatio {
  readonly kind: 'refused' | 'no result' | 'missing'
  readonly reason: string
}

export type Against = Ratio | NoRatio

export interface ComparedCell extends Match {
  /** One per run after the first. */
  readonly against: readonly Against[]
}

export interface Comparison {
  readonly runs: readonly ComparedRun[]
  readonly cells: readonly ComparedCell[]
}

/** Only these are times: an impossible row, one of wrong or of infinite weights is an error and no result. */
const RESULTS = ['ok', 'oversubscribed']

/** Compares every run with the first, cell by cell. Times stay as they were measured; nothing is scaled by a machine's speed. */
export function compareRuns(runs: readonly ComparedRun[]): Comparison {
  const cells = matchRows(runs).map((match) => ({
    ...match,
    against: runs
      .slice(1)
      .map(({ letter }, i) => compareRows(match.rows[0], match.rows[i + 1], runs[0].letter, letter)),
  }))
  return { runs, cells }
}

function compareRows(
  first: RunRow | undefined,
  other: RunRow | undefined,
  firstLetter: string,
  letter: string,
): Against {
  if (!first || !other) {
    const lacking = [first ? '' : firstLetter, other ? '' : letter].filter((each) => each !== '')
    return { kind: 'missing', reason: `not in ${lacking.join(' and ')}` }
  }
  const reason = differentWork(first, other, firstLetter)
  if (reason !== undefined) return { kind: 'refused', reason }
  const without = [[firstLetter, first] as const, [letter, other] as const].filter(([, row]) => !hasResult(row))
  if (without.length > 0) {
    return {
      kind: 'no result',
      reason: without
        .map(([name, row]) => `${name}: ${valueOf(row, 'status')}, ${row.blocks.length} blocks`)
        .join('; '),
    }
  }
  const ratio = ratioOf(other.blocks, first.blocks)
  const interval = ratioInterval(other.blocks, first.blocks, SEED)
  const floors = [first.floor, other.floor].filter((floor) => floor !== undefined)
  const floor = floors.length > 0 ? Math.max(...floors) : undefined
  return {
    kind: 'compared',
    ratio,
    interval,
    floor,
    differs: interval !== undefined && isDifferent(ratio, interval, floor ?? 0),
    marks: marksOf(first, other),
  }
}

/** Whether a row tells the time of a step. */
export const hasResult = (row: RunRow): boolean => RESULTS.includes(valueOf(row, 'status')) && row.blocks.length > 0

/** The cells that a run has a ratio for, with it. */
export const ratiosOf = (
  { cells }: Comparison,
  run: number,
): { readonly cell: ComparedCell; readonly against: Ratio }[] =>
  cells.flatMap((cell) => {
    const against = cell.against[run - 1]
    return against.kind === 'compared' ? [{ cell, against }] : []
  })
