import { DataError } from './error.ts'

/**
 * Numbers the classes in ascending order of their labels (strings by code unit, the same in every locale).
 * `source` names the labels in the error.
 */
export function numberClasses(labels: readonly number[] | readonly string[], source: string) {
  const distinct = [...new Set<number | string>(labels)].sort((a, b) => (a < b ? -1 : 1))
  if (distinct.length < 2)
    throw new DataError(
      `${source}: every label is ${JSON.stringify(distinct[0])}; a classifier needs at least two different labels`,
    )
  const classOf = new Map(distinct.map((label, index) => [label, index]))
  return {
    classes: distinct.length,
    labels: Uint32Array.from<number | string>(labels, (label) => classOf.get(label)!),
    labelNames: distinct.map(String),
  }
}
