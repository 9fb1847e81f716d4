import { isDifferent } from '../../measure/noise.ts'
import type { Interval } from '../../measure/statistics.ts'
import { shortLayers } from '../charts/run-data.ts'
import { ratioInterval, ratioOf } from './ratio.ts'
import type { ComparedRun, RunRow } from './run.ts'
import { differentWork, marksOf, valueOf } from './work.ts'

/** The step of a cell in a run over that in the first run. Above 1 it is slower. */
export interface Ratio {
  readonly kind: 'compared'
  readonly ratio: number
  /** 95 %; undefined with a single block. */
  readonly interval: Interval | undefined
  /** The larger of the two runs' own noise, as a share; undefined if neither is known. */
  readonly noise: number | undefined
  /** What the interval shows, see `isDifferent`. */
  readonly differs: boolean | undefined
  /** The columns, besides the work, in which the rows differ. */
  readonly marks: readonly string[]
}

/** A ratio, or why there is none: the work is not the same, or one of the runs has no time or no such cell. */
export type Against = Ratio | { readonly kind: 'refused' | 'no result' | 'missing'; readonly reason: string }

export interface ComparedCell {
  readonly experiment: string
  readonly cell: string
  /** Model and batch, where a run has several cells of this name; otherwise empty. */
  readonly variant: string
  /** Its name in sentences, with its experiment if there are several. */
  readonly label: string
  /** One per run; undefined where the run does not have the cell. */
  readonly rows: readonly (RunRow | undefined)[]
  /** One per run after the first. */
  readonly against: readonly Against[]
}

export interface Comparison {
  readonly runs: readonly ComparedRun[]
  readonly cells: readonly ComparedCell[]
}

/**
 * Compares every run with the first, cell by cell. Times stay as measured; nothing is scaled by a machine's speed. Cells
 * that share their name with others of their run are told apart by model and batch. For others the name is enough, so
 * that different work is noticed.
 */
export function compareRuns(runs: readonly ComparedRun[]): Comparison {
  const repeated = new Set(
    runs.flatMap(({ rows }) => rows.map(nameOf).filter((name, i, names) => names.indexOf(name) !== i)),
  )
  const variantOf = (row: RunRow) => (repeated.has(nameOf(row)) ? modelOf(row) : '')
  const several = new Set(runs.flatMap(({ rows }) => rows.map(({ fields }) => fields.experiment))).size > 1
  const matches = sideBySide(
    runs.map(({ rows }) => rows),
    (row) => `${nameOf(row)}\t${variantOf(row)}`,
  )
  const cells = matches.map((rows) => {
    const row = rows.find((each) => each !== undefined)!
    const [{ experiment, cell }, variant] = [row.fields, variantOf(row)]
    const label = `${several ? `${experiment}: ` : ''}${cell}${variant === '' ? '' : ` (${variant})`}`
    const against = rows.slice(1).map((other, i) => compareRows(rows[0], other, runs[0].letter, runs[i + 1].letter))
    return { experiment, cell, variant, label, rows, against }
  })
  return { runs, cells }
}

/** "784-256×4-10, batch 64" */
export const modelOf = ({ fields: { layers, batch } }: RunRow): string => `${shortLayers(layers)}, batch ${batch}`

const nameOf = ({ fields }: RunRow): string => `${fields.experiment}:${fields.cell}`

/** Things of several runs by key, those of the first run first; one per run, undefined where a run has none. */
export function sideBySide<T>(runs: readonly (readonly T[])[], keyOf: (thing: T) => string): (T | undefined)[][] {
  const keys = new Set(runs.flatMap((things) => things.map(keyOf)))
  return [...keys].map((key) => runs.map((things) => things.find((thing) => keyOf(thing) === key)))
}

/** The rows of the cells that a pattern names, such as `scaling:*`, or `*-2` in any experiment. */
export function onlyCells(run: ComparedRun, pattern: string): ComparedRun {
  const form = pattern.replace(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`).replaceAll('*', '.*')
  const whole = new RegExp(`^${pattern.includes(':') ? '' : '.*:'}${form}$`)
  const rows = run.rows.filter((row) => whole.test(nameOf(row)))
  const laws = run.laws.filter(({ experiment }) => rows.some(({ fields }) => fields.experiment === experiment))
  return { ...run, rows, laws }
}

function compareRows(first: RunRow | undefined, other: RunRow | undefined, a: string, b: string): Against {
  if (!first || !other) {
    const lacking = [first ? '' : a, other ? '' : b].filter(Boolean)
    return { kind: 'missing', reason: `not in ${lacking.join(' and ')}` }
  }
  const reason = differentWork(first, other, a)
  if (reason !== undefined) return { kind: 'refused', reason }
  const without = [[a, first] as const, [b, other] as const].flatMap(([letter, row]) =>
    row.stepNs === undefined ? [`${letter}: ${valueOf(row, 'status')}, ${row.blocks.length} blocks`] : [],
  )
  if (without.length > 0) return { kind: 'no result', reason: without.join('; ') }

  const ratio = ratioOf(other.blocks, first.blocks)
  const interval = ratioInterval(other.blocks, first.blocks)
  const noise = largest([first.noise, other.noise])
  return { kind: 'compared', ratio, interval, noise, differs: isDifferent(interval), marks: marksOf(first, other) }
}

/** The largest of the known numbers; undefined if none is known. */
export function largest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}

/** @param run its index, from 1 */
export const ratiosOf = ({ cells }: Comparison, run: number) =>
  cells.flatMap((cell) => {
    const against = cell.against[run - 1]
    return against.kind === 'compared' ? [{ cell, against }] : []
  })

/** A cell that a run has a ratio for. */
export type Found = ReturnType<typeof ratiosOf>[number]

/** Empty without a difference. */
export const verdictOf = ({ ratio, differs }: Ratio): string => (!differs ? '' : ratio > 1 ? 'slower' : 'faster')

/** Whether a step is slower than in the first run by more than a share, its interval and the noise. */
export const isSlowerBy = (against: Against, limit: number): boolean =>
  against.kind === 'compared' && against.differs === true && against.ratio > 1 + limit

/**
 * The cells that fail a regression gate, of those that the first run has a time of: they are slower by more than `limit`,
 * or have no comparable time any more. A cell that a run does not have was not asked for there.
 */
export const failuresOf = ({ runs, cells }: Comparison, limit: number) =>
  cells
    .filter(({ rows: [first] }) => first?.stepNs !== undefined)
    .flatMap((cell) =>
      cell.against.flatMap((against, i) => {
        const isFailure = against.kind === 'compared' ? isSlowerBy(against, limit) : against.kind !== 'missing'
        if (!isFailure) return []
        const reason =
          'reason' in against ? `${against.kind}: ${against.reason}` : `${against.ratio.toFixed(3)} times the step`
        return [{ cell, letter: runs[i + 1].letter, reason }]
      }),
    )
