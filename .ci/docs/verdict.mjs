import { labelOf } from '../../dist/src/cells/labels.js'
import { formatInterval } from '../../dist/src/report/text/format.js'
import { numberIn } from '../../dist/src/report/folder/read-csv.js'
import { numberOf } from './reference.mjs'
import { listed } from './prose.mjs'

/** What a row of summary.csv shows. Its own verdict decides, and no sentence says more. */

const SOUND = ['ok', 'oversubscribed']

/** Whether a row has a time that counts. */
export const isResult = (row) => SOUND.includes(row.status) && row.speedup !== ''

/** A label within a list. */
const spoken = (row) => labelOf(row).replaceAll(',', '')

const isShownToDiffer = ({ differs }) => differs === 'true'
/** Within a small margin; where the field is empty, nothing is shown. */
const isAsFast = ({ differs }) => differs === 'false'
const isFaster = (row) => isResult(row) && isShownToDiffer(row) && numberOf(row, 'speedup') > 1

/** "1.63 [1.60, 1.64]" */
export function intervalOf(row) {
  const low = numberIn(row, 'speedup_ci_low')
  const high = numberIn(row, 'speedup_ci_high')
  return formatInterval(numberOf(row, 'speedup'), low === undefined ? undefined : { low, high })
}

/** The speed-up for a table, with "≈" where no difference from serial is shown; empty without a row. */
export function speedupOf(row) {
  if (!row) return ''
  if (!isResult(row)) return row.status
  if (row.mode === 'serial') return '1'
  return `${isShownToDiffer(row) ? '' : '≈ '}${intervalOf(row)}`
}

/** "1.18 [1.17, 1.19] times as fast as serial" */
export function comparison(row) {
  if (isFaster(row)) return `${intervalOf(row)} times as fast as serial`
  if (isShownToDiffer(row)) return `slower than serial, ${intervalOf(row)} times as fast`
  return `${isAsFast(row) ? 'as fast as serial' : 'not shown to differ from serial'} (${intervalOf(row)})`
}

/** Explains "≈" where it occurs. */
export const legendOf = (rows) =>
  rows.some((row) => isResult(row) && row.mode !== 'serial' && !isShownToDiffer(row))
    ? '≈: not shown to differ from serial.'
    : undefined

/** Which rows are shown to be faster than serial, and which are not. */
export function verdicts(rows) {
  const results = rows.filter((row) => isResult(row) && row.mode !== 'serial')
  const told = (verdict, holds) => {
    const those = results.filter(holds)
    return those.length === 0 ? undefined : `${verdict} serial: ${listed(those.map(spoken))}.`
  }
  return [
    told('Faster than', isFaster),
    told('Slower than', (row) => isShownToDiffer(row) && !isFaster(row)),
    told('As fast as', isAsFast),
    told('Not shown to differ from', (row) => !isShownToDiffer(row) && !isAsFast(row)),
  ]
}

/** The fastest row and those that cannot be told from it, if it is shown to be faster than serial. */
export function fastest(rows, nameOf = spoken) {
  const results = rows.filter(isResult)
  const [best] = results.filter(isFaster).toSorted((a, b) => numberOf(b, 'speedup') - numberOf(a, 'speedup'))
  if (!best) return 'none shown to be faster than serial'
  const low = numberIn(best, 'speedup_ci_low') ?? 0
  const set = results.filter((row) => (numberIn(row, 'speedup_ci_high') ?? Infinity) >= low)
  if (set.length === 1) return nameOf(best)
  return set.length === results.length ? 'none stands out' : `${set.map(nameOf).join(' or ')} (their intervals overlap)`
}
