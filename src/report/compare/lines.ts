import { ratiosOf, type ComparedCell, type Comparison } from './compare.ts'
import type { Failure } from './gate.ts'
import type { ComparedRun } from './run.ts'
import { labelOf, percent } from './table.ts'
import { valueOf } from './work.ts'

/** Fewer blocks than this give intervals, but ones that are too narrow as often as not. */
const FEW_BLOCKS = 5

/** Which run a letter stands for. */
export const legend = (runs: readonly ComparedRun[]): string[] => runs.map(({ letter, path }) => `${letter}  ${path}`)

/** What has to be known beside the table: what its marks mean, how sure it is, and what it leaves out and why. */
export function notes(comparison: Comparison): string[] {
  const [{ letter: first }] = comparison.runs
  return [
    `ratios are of the steps’ times, to ${first}’s, with a 95 % interval over blocks, drawn for each run by itself; above 1 ` +
      'is slower; "≈": no difference that is outside the interval and above the runs’ noise; no time is scaled by a ' +
      'machine’s speed',
    ...comparison.runs.map(noiseLine),
    ...fewBlocks(comparison),
    ...markLines(comparison),
    ...leftOut(comparison),
  ]
}

function noiseLine({ letter, rows }: ComparedRun): string {
  const floors = rows.flatMap(({ floor }) => (floor === undefined ? [] : [floor]))
  return floors.length === 0
    ? `${letter}: its noise is not known, since it has no serial-again-1; its differences are told by their intervals alone, or by the other run’s noise`
    : `${letter}: serial against itself differs by up to ${percent(Math.max(...floors))} (99 %)`
}

function fewBlocks({ runs }: Comparison): string[] {
  return runs.flatMap(({ letter, rows }) => {
    const counts = rows.map(({ blocks }) => blocks.length).filter((count) => count > 0)
    const fewest = Math.min(...counts)
    return fewest < FEW_BLOCKS
      ? [
          `warning: ${letter} has cells of ${fewest} ${fewest === 1 ? 'block' : 'blocks'}; an interval of fewer than ${FEW_BLOCKS} means little`,
        ]
      : []
  })
}

/** The values behind each mark. */
function markLines(comparison: Comparison): string[] {
  const { runs } = comparison
  return runs.slice(1).flatMap(({ letter }, i) => {
    const found = new Map<string, Set<string>>()
    for (const { cell, against } of ratiosOf(comparison, i + 1)) {
      for (const mark of against.marks) {
        const [a, b] = [cell.rows[0]!, cell.rows[i + 1]!].map((row) => valueOf(row, mark) || 'none')
        found.set(mark, (found.get(mark) ?? new Set()).add(`${b} in ${letter}, ${a} in ${runs[0].letter}`))
      }
    }
    return [...found].map(([mark, values]) => {
      const also = mark === 'arithmetic' ? '; it rounds otherwise, so that the weights need not be the same' : ''
      return `marked ${mark}: ${[...values].join('; ')}${also}`
    })
  })
}

/** Cells that a run has no ratio for, by reason. */
function leftOut(comparison: Comparison): string[] {
  const found = new Map<string, ComparedCell[]>()
  for (const cell of comparison.cells) {
    for (const [i, against] of cell.against.entries()) {
      if (against.kind === 'compared') continue
      const what =
        against.kind === 'missing'
          ? `only in some runs, ${against.reason}`
          : `${against.kind}, ${comparison.runs[i + 1].letter}: ${against.reason}`
      found.set(what, [...(found.get(what) ?? []), cell])
    }
  }
  return [...found].map(([what, cells]) => `${what}: ${cells.map((cell) => labelOf(cell, comparison)).join(', ')}`)
}

/** Why a run that tried to fit laws has no parameter to compare. */
export const lawLines = (runs: readonly ComparedRun[]): string[] =>
  runs.flatMap(({ letter, laws }) => {
    if (!laws || laws.length === 0 || laws.some(({ value }) => value)) return []
    return [`${letter}: no scaling law could be fitted: ${laws[0].reason || 'no reason is given'}`]
  })

/** What a regression gate says. */
export function gateLines(failures: readonly Failure[], limit: number, comparison: Comparison): string[] {
  const [{ letter }] = comparison.runs
  if (failures.length === 0)
    return [`gate: passed, no step is really slower than in ${letter} by more than ${percent(limit)}`]
  return failures.map((failure) => {
    return `gate: failed by ${labelOf(failure.cell, comparison)}: ${failure.letter}, ${failure.reason}`
  })
}
