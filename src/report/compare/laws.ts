import type { Interval } from '../../measure/statistics.ts'
import type { CsvRow } from '../folder/read-csv.ts'
import { sideBySide, type Comparison } from './compare.ts'
import { estimateIn, type Estimate } from './run.ts'

/**
 * The parameters of scaling laws that were fitted in some run. Those of cells whose work differs from the first run's are
 * left out. `differs` has an entry per run after the first, undefined where one has no interval.
 */
export function compareLaws({ runs, cells }: Comparison) {
  const fitted = runs.map(({ laws }, run) => {
    const refused = cells.filter(({ against }) => against[run - 1]?.kind === 'refused')
    return laws.filter((row) => row.value && !refused.some(({ experiment }) => experiment === row.experiment))
  })
  return sideBySide(fitted, nameOf).map((rows) => {
    const { experiment, series, law, parameter } = rows.find((row) => row !== undefined)!
    const values = rows.map((row) => row && estimateIn(row, 'value'))
    const differs = values.slice(1).map((value) => areApart(values[0]?.interval, value?.interval))
    return { experiment, series, law, parameter, values, differs }
  })
}

const nameOf = ({ experiment, series, law, parameter }: CsvRow): string =>
  `${experiment}, ${series}: ${law} ${parameter}`

/** Two 95 % intervals that do not touch are a difference with more than 95 %. */
function areApart(a: Interval | undefined, b: Interval | undefined): boolean | undefined {
  return a && b && (a.low > b.high || a.high < b.low)
}

/** A line per parameter, and why a run that tried to fit laws has none. */
export function lawLines(comparison: Comparison): string[] {
  const { runs } = comparison
  const parameters = compareLaws(comparison).map(({ values, differs, ...law }) => {
    const texts = values.map(
      (value, i) => value && `${estimated(value)} in ${runs[i].letter}${differs[i - 1] ? ' (differs)' : ''}`,
    )
    return `${nameOf(law)} ${texts.filter(Boolean).join(', ')}`
  })
  const unfitted = runs.filter(({ laws }) => laws.length > 0 && !laws.some(({ value }) => value))
  const reasons = unfitted.map(
    ({ letter, laws: [{ reason }] }) => `${letter}: no scaling law could be fitted: ${reason || 'no reason is given'}`,
  )
  return [...parameters, ...reasons]
}

const estimated = ({ value, interval }: Estimate): string =>
  `${digits(value)}${interval ? ` [${digits(interval.low)}, ${digits(interval.high)}]` : ''}`

const digits = (number: number): string => String(Number(number.toPrecision(3)))
