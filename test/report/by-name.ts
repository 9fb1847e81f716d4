import type { Column, Field } from '../../src/cells/columns.ts'

/** Columns that take the field of their name; empty where a row does not have it. */
export const byName = (names: readonly string[]): Column<Readonly<Record<string, Field>>>[] =>
  names.map((name) => [name, (row) => row[name]])
