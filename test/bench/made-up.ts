import type { Cell } from '../../src/cells/cell.ts'
import { judge, type Group, type GroupResult } from '../../src/measure/outcome.ts'
import type { Experiment, ExperimentKind, RunOptions } from '../../bench/run/experiment.ts'
import { openData } from '../../bench/run/data.ts'
import { visitOf } from '../measure/visits.ts'
import { actionOf } from './command-lines.ts'

/** An experiment of a command line, on a machine with two cores. */
export function experimentOf(kind: ExperimentKind, ...words: readonly string[]): Experiment {
  const options = actionOf([kind.name, ...words]).options as RunOptions
  return kind.build(options, openData(options), 2)
}

/** How many times its usual time a step takes in each block. */
export const STEADY = [1, 1.002, 0.998, 1.001, 0.999, 1]
export const NOISY = [1, 1.3, 0.8, 1.15, 0.85, 1.05]
export const ONCE = [1]

/** What is wrong with a cell. */
export type Failure = 'mismatch' | 'not-finite' | 'impossible'

interface Course {
  /** The usual step, in nanoseconds. */
  readonly ns: number
  readonly blocks: readonly number[]
  readonly failure?: Failure | undefined
}

/** The result of a group that never ran, as the measurement would judge it. */
export function resultOf(group: Group, courseOf: (cell: Cell) => Course): GroupResult {
  const { cells } = group
  const visits = cells.flatMap((cell) => {
    const { ns, blocks, failure } = courseOf(cell)
    return blocks.map((times, block) => {
      const visit = visitOf(cell, [ns * times], { block })
      // Its instructions alone take longer than the step.
      if (failure === 'impossible') visit.reports[0].spent.fill(ns)
      return { ...visit, finite: failure !== 'not-finite' }
    })
  })
  const verdicts = new Map(
    cells.map((cell) => {
      const match = courseOf(cell).failure === 'mismatch' ? 'different' : 'exact'
      return [cell, { match, maxUlp: 0, sha256: '' } as const]
    }),
  )
  const outcomes = judge({ cells, visits, verdicts, forecasts: [], limits: [], cores: 8 })
  return { group, outcomes, noise: undefined, limits: [] }
}
