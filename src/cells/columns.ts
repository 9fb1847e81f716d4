/** What a field of a row holds; undefined is written as an empty field, which means "not measured". */
export type Field = string | number | boolean | undefined

/** A column: its name, what it says of a thing, and in words what that is, for the documents. */
export type Column<T> = readonly [name: string, value: (of: T) => Field, meaning?: string]

export const namesOf = <T>(columns: readonly Column<T>[]): string[] => columns.map(([name]) => name)

export const rowOf = <T>(columns: readonly Column<T>[], of: T): Record<string, Field> =>
  Object.fromEntries(columns.map(([name, value]) => [name, value(of)]))

/** The same columns of what a thing is a part of. */
export const within = <Whole, T>(columns: readonly Column<T>[], part: (whole: Whole) => T): Column<Whole>[] =>
  columns.map(([name, value, meaning = '']) => [name, (whole) => value(part(whole)), meaning])
