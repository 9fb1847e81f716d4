import { MANNER_COLUMNS, WORK_COLUMNS } from '../../cells/dimensions.ts'
import type { RunRow } from './run.ts'

/** How a row was measured is told beside a comparison, too. */
const MARKED = [...MANNER_COLUMNS, 'status']

/** Enough to see by eye whether two hashes are the same. */
const HASH_DIGITS = 12

/**
 * Why two rows did not do the same work, as a phrase in which the other row comes first; undefined if nothing says so.
 * Within one arithmetic the same work ends in the same bits. Between two it does not, and hashes say nothing.
 */
export function differentWork(first: RunRow, other: RunRow, letter: string): string | undefined {
  const differing = WORK_COLUMNS.filter((column) => differsIn(first, other, column)).map(
    (column) => `${column} ${valueOf(other, column) || 'unknown'}, in ${letter} ${valueOf(first, column) || 'unknown'}`,
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
  MARKED.filter((column) => differsIn(first, other, column))

/** A run of an older version may lack a column: what is not known does not differ. */
const differsIn = (first: RunRow, other: RunRow, column: string): boolean =>
  column in first.fields && column in other.fields && valueOf(first, column) !== valueOf(other, column)

export const valueOf = ({ fields }: RunRow, column: string): string => fields[column] ?? ''

const serialWeights = ({ serialSha256 }: RunRow): string => serialSha256

/** Only a split that sums in serial's order has bits that are comparable on their own. */
const exactWeights = (row: RunRow): string => (valueOf(row, 'match') === 'exact' ? valueOf(row, 'weights_sha256') : '')
