import type { RunRow } from './run.ts'

/** What decides how much is computed, and what: rows that differ in it cannot be compared. */
const WORK = ['layers', 'batch', 'microbatches', 'optimizer', 'seed'] as const

/** How the same work is done: rows that differ in it are compared, and marked. */
const MANNER = [
  'kernel',
  'arithmetic',
  'threads',
  'dp',
  'pp',
  'tp',
  'schedule',
  'reduction',
  'dispatch',
  'handoff',
  'wait',
  'chunks',
  'bucket_kib',
  'overlap',
  'optimizer_sharded',
  'pin',
  'status',
] as const

/** Enough to see by eye whether two hashes are the same. */
const HASH_DIGITS = 12

/**
 * Why two rows did not do the same work, as a phrase in which the other row comes first; undefined if nothing says so.
 * Within one arithmetic the same work ends in the same bits. Between two it does not, and hashes say nothing.
 */
export function differentWork(first: RunRow, other: RunRow, letter: string): string | undefined {
  const differing = WORK.filter((column) => valueOf(first, column) !== valueOf(other, column)).map(
    (column) =>
      `${column} ${valueOf(other, column) || 'unknown'}, in ${letter} ${valueOf(first, column) || 'unknown'}`,
  )
  if (differing.length > 0) return differing.join('; ')
  if (first.fields.arithmetic !== other.fields.arithmetic) return undefined
  return (
    differentWeights(serialWeights(first), serialWeights(other), 'serial’s weights', letter) ??
    differentWeights(exactWeights(first), exactWeights(other), 'weights', letter)
  )
}

function differentWeights(first: string, other: string, what: string, letter: string): string | undefined {
  if (first === '' || other === '' || first === other) return undefined
  return (
    `weights_sha256: ${what} ${short(other)}, in ${letter} ${short(first)}, in the same arithmetic: ` +
    'data, activation, loss, learning rate or the program differ'
  )
}

const short = (hash: string): string => hash.slice(0, HASH_DIGITS)

/** The columns in which two rows of the same work differ. */
export const marksOf = (first: RunRow, other: RunRow): string[] =>
  MANNER.filter((column) => valueOf(first, column) !== valueOf(other, column))

export const valueOf = ({ fields }: RunRow, column: string): string => fields[column] ?? ''

const serialWeights = ({ serialSha256 }: RunRow): string => serialSha256

/** Only a split that sums in serial's order has bits that are comparable on their own. */
const exactWeights = (row: RunRow): string =>
  valueOf(row, 'match') === 'exact' ? valueOf(row, 'weights_sha256') : ''
