/** What a field of a row holds; undefined is written as an empty field, which means "not measured". */
export type Field = string | number | boolean | undefined
/** A column: its name, and what it says of a thing. */
export type Column<T> = readonly [name: string, value: (of: T) => Field]
export const namesOf = <T>(columns: readonly Column<T>[]): string[] => columns.map(([name]) => name)
export const rowOf = <T>(columns: readonly Column<T>[], of: T): Record<string, Field> =>
  Object.fromEntries(columns.map(([name, value]) => [name, value(of)]))
