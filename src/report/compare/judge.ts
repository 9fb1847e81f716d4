import { EQUAL_WITHIN } from '../../measure/noise.ts'
import { holm } from './holm.ts'
import { LEVEL, pValue, type Measured } from './p-value.ts'

/** What is shown of a step against the first run's: `equal` within `EQUAL_WITHIN`, `not slower` by more than that. */
export type Verdict = 'slower' | 'faster' | 'equal' | 'not slower' | 'not known'

/** Whether a verdict is a difference: shown, shown not to be, or neither. */
export const DIFFERS: Readonly<Partial<Record<Verdict, boolean>>> = { slower: true, faster: true, equal: false }

export interface Judged {
  /** That the ratio is 1, corrected for the number of cells; undefined without an interval. */
  readonly p: number | undefined
  readonly verdict: Verdict
  /** Slower by more than the limit: shown, shown not to be, or neither; undefined without a limit, too. */
  readonly aboveLimit: boolean | undefined
}

/** Judges the ratios of two runs together. A difference has to survive Holm's correction; intervals stay uncorrected. */
export function judge(found: readonly Measured[], limit: number | undefined): Judged[] {
  const different = holm(found.map((each) => pValue(each)))
  const above = holm(found.map((each) => pAbove(each, limit)))
  return found.map((each, i) => ({
    p: different[i],
    verdict: verdictOf(each, different[i]),
    aboveLimit: isAbove(each, above[i], limit),
  }))
}

/** That the ratio is at most 1 + limit. Cells below it are tested as well, and pass. */
export function pAbove(measured: Measured, limit: number | undefined): number | undefined {
  if (limit === undefined || !measured.interval) return undefined
  return measured.ratio > 1 + limit ? pValue(measured, 1 + limit) : 1
}

export function verdictOf({ ratio, interval }: Measured, p: number | undefined): Verdict {
  if (!interval || p === undefined) return 'not known'
  if (p < LEVEL) return ratio > 1 ? 'slower' : 'faster'
  if (interval.high > 1 + EQUAL_WITHIN) return 'not known'
  return interval.low >= 1 / (1 + EQUAL_WITHIN) ? 'equal' : 'not slower'
}

/**
 * To be below the limit needs no correction: a gate that passes only if all cells do is no more often wrong than one cell
 * (Berger 1982).
 */
export function isAbove({ interval }: Measured, p: number | undefined, limit: number | undefined): boolean | undefined {
  if (!interval || p === undefined || limit === undefined) return undefined
  if (p < LEVEL) return true
  return interval.high < 1 + limit ? false : undefined
}
