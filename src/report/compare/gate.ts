import { hasResult, type Against, type ComparedCell, type Comparison } from './compare.ts'

/** A cell that keeps a run from passing. */
export interface Failure {
  readonly cell: ComparedCell
  readonly letter: string
  readonly reason: string
}

/** Whether a step is really slower than in the first run, by more than a share. */
export const isSlowerBy = (against: Against, limit: number): boolean =>
  against.kind === 'compared' && against.differs && against.ratio > 1 + limit

/**
 * What fails a regression gate: steps that are really slower than in the first run by more than `limit`, and cells that
 * the first run has a time of and another one has no comparable time of, though it has the cell. A cell that a run does
 * not have at all was not asked for there.
 */
export function failuresOf({ runs, cells }: Comparison, limit: number): Failure[] {
  const timed = cells.filter(({ rows: [first] }) => first && hasResult(first))
  return timed.flatMap((cell) =>
    cell.against.flatMap((against, i) => {
      const reason = failureOf(against, limit)
      return reason === undefined ? [] : [{ cell, letter: runs[i + 1].letter, reason }]
    }),
  )
}

function failureOf(against: Against, limit: number): string | undefined {
  if (against.kind === 'compared') {
    return isSlowerBy(against, limit) ? `${against.ratio.toFixed(3)} times the step` : undefined
  }
  return against.kind === 'missing' ? undefined : `${against.kind}: ${against.reason}`
}
