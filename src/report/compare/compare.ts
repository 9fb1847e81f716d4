import { shortLayers } from '../charts/run-data.ts'
import { judge, type Judged } from './judge.ts'
import type { Measured } from './p-value.ts'
import { ratioInterval, ratioOf } from './ratio.ts'
import type { ComparedRun, RunRow } from './run.ts'
import { differentWork, marksOf, valueOf } from './work.ts'

/** The step of a cell in a run over that in the first run. Above 1 it is slower. */
interface Ratio extends Measured {
  readonly kind: 'compared'
  /** The larger of the two runs' own noise, as a share; undefined if neither is known. */
  readonly noise: number | undefined
  /** The columns, besides the work, in which the rows differ. */
  readonly marks: readonly string[]
}

/** Why there is no ratio: the work is not the same, or one of the runs has no time or no such cell. */
interface NoRatio {
  readonly kind: 'refused' | 'no result' | 'missing'
  readonly reason: string
}

export type JudgedRatio = Ratio & Judged

export type Against = JudgedRatio | NoRatio

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
  /** That of the regression gate, as a share. */
  readonly limit: number | undefined
}

/**
 * Compares every run with the first, cell by cell. Times stay as measured; nothing is scaled by a machine's speed. Cells
 * that share their name with others of their run are told apart by model and batch. For others the name is enough, so
 * that different work is noticed.
 */
export function compareRuns(runs: readonly ComparedRun[], limit?: number): Comparison {
  const repeated = new Set(
    runs.flatMap(({ rows }) => rows.map(nameOf).filter((name, i, names) => names.indexOf(name) !== i)),
  )
  const variantOf = (row: RunRow) => (repeated.has(nameOf(row)) ? modelOf(row) : '')
  const several = new Set(runs.flatMap(({ rows }) => rows.map(({ fields }) => fields.experiment))).size > 1
  const matches = sideBySide(
    runs.map(({ rows }) => rows),
    (row) => `${nameOf(row)}\t${variantOf(row)}`,
  )
  const judged = runs.slice(1).map(({ letter }, i) => {
    const found = matches.map((rows) => compareRows(rows[0], rows[i + 1], runs[0].letter, letter))
    return judgeAll(found, limit)
  })
  const cells = matches.map((rows, i) => {
    const row = rows.find((each) => each !== undefined)!
    const [{ experiment, cell }, variant] = [row.fields, variantOf(row)]
    const label = `${several ? `${experiment}: ` : ''}${cell}${variant === '' ? '' : ` (${variant})`}`
    return { experiment, cell, variant, label, rows, against: judged.map((against) => against[i]) }
  })
  return { runs, cells, limit }
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

function compareRows(first: RunRow | undefined, other: RunRow | undefined, a: string, b: string): Ratio | NoRatio {
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
  const blocks = Math.min(first.blocks.length, other.blocks.length)
  const noise = largest([first.noise, other.noise])
  return { kind: 'compared', ratio, interval, blocks, noise, marks: marksOf(first, other) }
}

/** @param found what a run has of each cell */
function judgeAll(found: readonly (Ratio | NoRatio)[], limit: number | undefined): Against[] {
  const verdicts = judge(
    found.filter((each) => each.kind === 'compared'),
    limit,
  ).values()
  return found.map((each) => (each.kind === 'compared' ? { ...each, ...verdicts.next().value! } : each))
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
