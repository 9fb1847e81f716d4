import { mean, sum } from './statistics.ts'

/** Values at the leaves of a tree whose levels are nested: runs in minutes, sessions in runs, and so on. */
export type Nested = number | readonly Nested[]

const meanOf = (node: Nested): number => (typeof node === 'number' ? node : mean(node.map(meanOf)))

/**
 * The components of variance of nested replicates, from the outermost level to the innermost: how much each level adds of
 * its own to the variance of a single value (nested analysis of variance, method of moments; a negative estimate counts as
 * 0). It tells at which level more replicates make a mean more certain (Kalibera and Jones 2013).
 *
 * @param tree as many children at each node of a level; a level with a single child has no component: NaN
 */
export function componentsOf(tree: Nested): number[] {
  const levels: (readonly Nested[])[][] = []
  for (let nodes: readonly Nested[] = [tree]; typeof nodes[0] !== 'number';) {
    const inner = nodes as (readonly Nested[])[]
    levels.push(inner)
    nodes = inner.flat()
  }
  const between = levels.map((nodes) => {
    const squares = nodes.map((children) => {
      const [means, center] = [children.map(meanOf), meanOf(children)]
      return sum(means.map((each) => (each - center) ** 2))
    })
    return sum(squares) / sum(nodes.map((children) => children.length - 1))
  })
  // The variance of means at a level holds that of the level below, divided by the number of its values.
  return between.map((variance, level) => {
    const below = levels[level + 1]
    const inherited = below ? between[level + 1] / below[0].length : 0
    return Math.max(0, variance - (Number.isNaN(inherited) ? 0 : inherited))
  })
}
