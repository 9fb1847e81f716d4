import { ratiosOf, type ComparedCell, type Comparison, type Ratio } from './compare.ts'
import type { EnvironmentDifference } from './environment.ts'
import type { RunRow } from './run.ts'
import { formatSpeedup, labelOf, percent } from './table.ts'
import { valueOf } from './work.ts'

/** A load is never the same twice. */
const ALWAYS_DIFFERS = 'load'

/**
 * What this comparison has shown, from its numbers, in two or three sentences (of more than two runs, the first of them
 * once for each); what the intervals do not show is not claimed.
 */
export function conclude(comparison: Comparison, differences: readonly EnvironmentDifference[]): string[] {
  const others = comparison.runs.slice(1)
  return [
    ...others.map((_, i) => stepSentence(comparison, i + 1)),
    ...splitSentence(comparison),
    causeSentence(comparison, differences),
  ]
}

interface Found {
  readonly cell: ComparedCell
  readonly against: Ratio
}

function stepSentence(comparison: Comparison, run: number): string {
  const [a, b] = [comparison.runs[0].letter, comparison.runs[run].letter]
  const found = ratiosOf(comparison, run)
  if (found.length === 0) return `Nothing of ${b} can be compared with ${a}.`
  const real = found.filter(({ against }) => against.differs)
  const of = `${found.length} ${found.length === 1 ? 'cell' : 'cells'}`
  if (real.length === 0) {
    const floors = found.flatMap(({ against }) => (against.floor === undefined ? [] : [against.floor]))
    const noise = floors.length > 0 ? ` and the runs’ noise (up to ${percent(Math.max(...floors))})` : ''
    return `Nothing differs between ${a} and ${b}: of ${of}, none is slower or faster beyond its interval${noise}.`
  }
  const parts = [
    part(
      'slower',
      real.filter(({ against }) => against.ratio > 1),
      comparison,
    ),
    part(
      'faster',
      real.filter(({ against }) => against.ratio < 1),
      comparison,
    ),
    real.length < found.length ? `no difference shows in ${found.length - real.length}` : '',
  ]
  return `Of ${of}, compared with ${a}, ${b} is ${parts.filter((each) => each !== '').join('; ')}.`
}

function part(word: string, found: readonly Found[], comparison: Comparison): string {
  if (found.length === 0) return ''
  const sorted = found.toSorted((x, y) => x.against.ratio - y.against.ratio)
  const [least, most] = [sorted[0], sorted[sorted.length - 1]].map(
    ({ cell, against }) => `${against.ratio.toFixed(3)} (${labelOf(cell, comparison)})`,
  )
  const range = sorted.length === 1 ? least : `from ${least} to ${most}`
  return `${word} in ${found.length}, ${range} times the step`
}

/** Whether the split that gains most in the first run gains as much in the others. */
function splitSentence(comparison: Comparison): string[] {
  const [first, ...others] = comparison.runs
  const split = comparison.cells.filter(
    ({ rows: [row], against }) =>
      row && Number(valueOf(row, 'threads')) > 1 && speedupOf(row) && against.some(({ kind }) => kind === 'compared'),
  )
  if (split.length === 0) return []
  const best = split.reduce((x, y) => (speedupOf(y.rows[0]!)!.value > speedupOf(x.rows[0]!)!.value ? y : x))
  const row = best.rows[0]!
  const elsewhere = others.flatMap(({ letter }, i) => {
    const other = best.rows[i + 1]
    if (best.against[i].kind !== 'compared' || !other || !speedupOf(other)) return []
    return [`${formatSpeedup(other)} in ${letter} (${gain(row, other)})`]
  })
  return elsewhere.length === 0
    ? []
    : [
        `What gains most in ${first.letter}, ${labelOf(best, comparison)}, is ${formatSpeedup(row)} times as fast as its serial there and ${elsewhere.join(', ')}.`,
      ]
}

function gain(first: RunRow, other: RunRow): string {
  const [a, b] = [speedupOf(first)!, speedupOf(other)!]
  if (b.low > a.high) return 'more'
  return b.high < a.low ? 'less' : 'not shown here: that it is more or less'
}

function speedupOf(row: RunRow): { value: number; low: number; high: number } | undefined {
  const [value, low, high] = ['speedup', 'speedup_ci_low', 'speedup_ci_high'].map((name) => valueOf(row, name))
  return value === '' ? undefined : { value: Number(value), low: Number(low), high: Number(high) }
}

function causeSentence(comparison: Comparison, differences: readonly EnvironmentDifference[]): string {
  const names = differences.map(({ name }) => name).filter((name) => name !== ALWAYS_DIFFERS)
  if (names.length === 0) return 'Machine and program are described in the same way.'
  const real = comparison.cells.some(({ against }) => against.some((each) => each.kind === 'compared' && each.differs))
  return (
    `Machine and program differ in ${names.join(', ')}` +
    (!real || names.length === 1 ? '.' : '; not shown here: which of these makes the difference.')
  )
}
