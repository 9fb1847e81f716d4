import { MANNER_COLUMNS, WORK_COLUMNS } from '../../cells/dimensions.ts'
import type { RunRow } from './run.ts'

/** How a row was measured, which may differ between runs of the same work. */
const MARKED = [...MANNER_COLUMNS, 'status']

/** Enough to see by eye whether two hashes are the same. */
const HASH_DIGITS = 12

/** Only a split that sums in serial's order has weights that can be compared on their own. */
const WEIGHTS: Readonly<Record<string, (row: RunRow) => string>> = {
  'serial’s weights': ({ serialSha256 }) => serialSha256,
  weights: (row) => (valueOf(row, 'match') === 'exact' ? valueOf(row, 'weights_sha256') : ''),
}

/**
 * Why two rows did not do the same work, as a phrase in which the other row comes first; undefined if nothing says so.
 * Within one arithmetic the same work ends in the same bits; between two, hashes say nothing.
 *
 * @param letter of the first row's run
 */
export function differentWork(first: RunRow, other: RunRow, letter: string): string | undefined {
  const differing = WORK_COLUMNS.filter((column) => differsIn(first, other, column)).map(
    (column) => `${column} ${valueOf(other, column) || 'unknown'}, in ${letter} ${valueOf(first, column) || 'unknown'}`,
  )
  if (differing.length > 0) return differing.join('; ')
  if (first.fields.arithmetic !== other.fields.arithmetic) return undefined
  for (const [what, hashOf] of Object.entries(WEIGHTS)) {
    const [hash, otherHash] = [first, other].map((row) => hashOf(row).slice(0, HASH_DIGITS))
    if (hash !== '' && otherHash !== '' && hash !== otherHash) {
      return (
        `weights_sha256: ${what} ${otherHash}, in ${letter} ${hash}, in the same arithmetic: ` +
        'data, activation, loss, learning rate or the program differ'
      )
    }
  }
  return undefined
}

/** The columns in which two rows of the same work differ. */
export const marksOf = (first: RunRow, other: RunRow): string[] =>
  MARKED.filter((column) => differsIn(first, other, column))

/** A run of an older version may lack a column: what is not known does not differ. */
const differsIn = (first: RunRow, other: RunRow, column: string): boolean =>
  column in first.fields && column in other.fields && valueOf(first, column) !== valueOf(other, column)

export const valueOf = ({ fields }: RunRow, column: string): string => fields[column] ?? ''
