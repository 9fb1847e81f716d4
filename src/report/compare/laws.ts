import type { Interval } from '../../measure/statistics.ts'
import type { Comparison } from './compare.ts'
import type { CsvRow } from '../folder/read-csv.ts'

/** A parameter of a scaling law, in each run. */
export interface ComparedParameter {
  readonly experiment: string
  readonly series: string
  readonly law: string
  readonly parameter: string
  /** One per run; undefined where the law could not be fitted, or its cells are of other work. */
  readonly values: readonly (Fitted | undefined)[]
  /** One per run after the first: whether the intervals of both are apart; undefined if one has none. */
  readonly differs: readonly (boolean | undefined)[]
}

export interface Fitted {
  readonly value: number
  readonly interval: Interval | undefined
}

/** What tells the rows of laws.csv apart. */
const KEY = ['experiment', 'series', 'law', 'parameter'] as const

/** The parameters that were fitted in some run. Those of cells whose work differs from the first run's are left out. */
export function compareLaws(comparison: Comparison): ComparedParameter[] {
  const { runs } = comparison
  const fitted = runs.map(({ laws }, run) => {
    const refused = refusedExperiments(comparison, run)
    return new Map(
      (laws ?? []).flatMap((row) => {
        const value = fittedOf(row)
        return value && !refused.has(row.experiment ?? '') ? [[keyOf(row), value] as const] : []
      }),
    )
  })
  const keys = [...new Set(fitted.flatMap((values) => [...values.keys()]))]
  return keys.map((key) => {
    const [experiment, series, law, parameter] = key.split('\t')
    const values = fitted.map((each) => each.get(key))
    const differs = values.slice(1).map((value) => areApart(values[0]?.interval, value?.interval))
    return { experiment, series, law, parameter, values, differs }
  })
}

const keyOf = (row: CsvRow): string => KEY.map((column) => row[column] ?? '').join('\t')

function refusedExperiments({ cells }: Comparison, run: number): Set<string> {
  return new Set(
    cells.filter(({ against }) => against[run - 1]?.kind === 'refused').map(({ experiment }) => experiment),
  )
}

function fittedOf(row: CsvRow): Fitted | undefined {
  const number = (column: string) => (row[column] ? Number(row[column]) : undefined)
  const [value, low, high] = [number('value'), number('ci_low'), number('ci_high')]
  if (value === undefined) return undefined
  return { value, interval: low === undefined || high === undefined ? undefined : { low, high } }
}

/** Two 95 % intervals that do not touch are a difference with more than 95 %. */
function areApart(a: Interval | undefined, b: Interval | undefined): boolean | undefined {
  return a && b && (a.low > b.high || a.high < b.low)
}
