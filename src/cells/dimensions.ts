import { ranksOf } from '../plan/grid.ts'
import type { Cell, Strategy } from './cell.ts'
import { namesOf, rowOf, type Column } from './columns.ts'
import type { Dimension, DimensionTable, Fields, RunFacts, Unnamed } from './dimension.ts'
import { MANNER } from './manner.ts'
import type { OptionsOf } from './values.ts'
import { WORK } from './work.ts'

/** All that varies, in the order of the columns, of the parts of a cell's name, and of the help. */
export const DIMENSIONS = { ...MANNER, ...WORK }

export type DimensionName = keyof typeof DIMENSIONS
export type DimensionOptions = OptionsOf<typeof DIMENSIONS>

/** What the independent columns of a row are taken from. */
export interface Configuration {
  readonly run: RunFacts
  readonly cell: Cell
}

const ALL: readonly (readonly [string, Dimension])[] = Object.entries(DIMENSIONS)

/** The independent columns of every file with a row per cell: what was run. */
export const CONFIGURATION: readonly Column<Configuration>[] = [
  ['run_id', ({ run }) => run.runId],
  ['experiment', ({ run }) => run.experiment],
  ['cell', ({ cell }) => cell.name],
  ...ALL.flatMap(([, { columns = [], runColumns = [] }]) => [
    ...columns.map(([name, value]): Column<Configuration> => [name, ({ cell }) => value(cell)]),
    ...runColumns.map(([name, value]): Column<Configuration> => [name, ({ run }) => value(run)]),
  ]),
]

/** Of a table's cells and runs. */
export const columnsOf = (table: DimensionTable): string[] =>
  Object.values(table).flatMap(({ columns = [], runColumns = [] }) => [...namesOf(columns), ...namesOf(runColumns)])

export const WORK_COLUMNS = columnsOf(WORK)
export const MANNER_COLUMNS = columnsOf(MANNER)

/** What cells have in common that differ in their threads alone, from the fields of a row; `varied` are told as well. */
export const familyOf = (fields: Fields, varied: readonly DimensionName[] = []): string =>
  ALL.map(([key, { label }]) => label?.(fields, varied.includes(key as DimensionName)))
    .filter((part) => part !== undefined && part !== '')
    .join('-')

/** The fields of a cell's row that do not depend on the run. */
export const fieldsOf = (cell: Unnamed): Fields =>
  rowOf(
    ALL.flatMap(([, { columns = [] }]) => columns),
    cell,
  )

/** The columns that names are made of; they read nothing but the strategy. */
const NAMING = ALL.flatMap(([, { label, columns = [] }]) => (label ? columns : []))

/** The name of a cell, unique within a group, and its family. */
export function nameOf(strategy: Strategy, varied: readonly DimensionName[] = []) {
  const family = familyOf(rowOf(NAMING, strategy as Unnamed), varied)
  return { family, name: `${family}-${ranksOf(strategy.grid)}` }
}
