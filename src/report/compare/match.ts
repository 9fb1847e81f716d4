import type { ComparedRun, RunRow } from './run.ts'

/** One cell of an experiment, in each of the runs. */
export interface Match {
  readonly experiment: string
  readonly cell: string
  /** Model and batch, where a run has several cells of this name; otherwise empty. */
  readonly variant: string
  /** One per run; undefined where the run does not have the cell. */
  readonly rows: readonly (RunRow | undefined)[]
}

/**
 * Puts the rows of the same cell side by side, those of the first run first. Some experiments have a cell of one name for
 * each model and batch: those are told apart by both, while a name that is unique in every run is enough, so that a
 * difference of the work is noticed.
 */
export function matchRows(runs: readonly ComparedRun[]): Match[] {
  const several = new Set(
    runs.flatMap(({ rows }) => {
      const names = rows.map(nameOf)
      return names.filter((name, i) => names.indexOf(name) !== i)
    }),
  )
  const variantOf = (row: RunRow) => (several.has(nameOf(row)) ? `${row.fields.layers}, batch ${row.fields.batch}` : '')
  const matches = new Map<string, Match & { readonly rows: (RunRow | undefined)[] }>()
  for (const [number, { rows }] of runs.entries()) {
    for (const row of rows) {
      const { experiment, cell } = row
      const variant = variantOf(row)
      const key = `${nameOf(row)}\t${variant}`
      const match = matches.get(key) ?? { experiment, cell, variant, rows: runs.map(() => undefined) }
      match.rows[number] = row
      matches.set(key, match)
    }
  }
  return [...matches.values()]
}

const nameOf = ({ experiment, cell }: RunRow): string => `${experiment}\t${cell}`
