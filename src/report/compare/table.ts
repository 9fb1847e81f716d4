import Table from 'cli-table3'
import { formatDuration } from '../text/format.ts'
import { hasResult, type Against, type ComparedCell, type Comparison } from './compare.ts'
import type { EnvironmentDifference } from './environment.ts'
import { isSlowerBy } from './gate.ts'
import type { ComparedParameter, Fitted } from './laws.ts'
import { stepNs } from './ratio.ts'
import type { ComparedRun, RunRow } from './run.ts'
import { valueOf } from './work.ts'

const STYLE = { head: [], border: [], compact: true }

/**
 * A row per cell: each run's step, the ratios to the first run's, and each run's speed-up over its own serial. With a
 * limit, a last column names the runs that are slower by more than that. A cell without any ratio is left out.
 */
export function comparisonTable(comparison: Comparison, limit?: number): string {
  const { runs, cells } = comparison
  const [first, ...others] = runs.map(({ letter }) => letter)
  const head = [
    'cell',
    ...runs.map(({ letter }) => `step ${letter}`),
    ...others.map((letter) => `${letter} / ${first}`),
    ...runs.map(({ letter }) => `speed-up ${letter}`),
    'marks',
    ...(limit === undefined ? [] : [`above ${percent(limit)}`]),
  ]
  const lastNumber = 2 * runs.length + others.length
  const table = new Table({
    head,
    style: STYLE,
    colAligns: head.map((_, i) => (i > 0 && i <= lastNumber ? 'right' : 'left')),
  })
  for (const cell of cells.filter(({ against }) => against.some(({ kind }) => kind === 'compared'))) {
    const slower = others.filter((_, i) => limit !== undefined && isSlowerBy(cell.against[i], limit))
    table.push([
      labelOf(cell, comparison),
      ...cell.rows.map((row) => (row && hasResult(row) ? formatDuration(stepNs(row.blocks)) : '')),
      ...cell.against.map(formatAgainst),
      ...cell.rows.map((row) => (row && hasResult(row) ? formatSpeedup(row) : '')),
      marks(cell, others),
      ...(limit === undefined ? [] : [slower.join(', ')]),
    ])
  }
  return table.toString()
}

/** What a cell is called; with its experiment if there are several. */
export function labelOf({ experiment, cell, variant }: ComparedCell, { cells }: Comparison): string {
  const several = cells.some((each) => each.experiment !== experiment)
  return `${several ? `${experiment}: ` : ''}${cell}${variant === '' ? '' : ` (${variant})`}`
}

function formatAgainst(against: Against): string {
  if (against.kind !== 'compared') return against.kind
  const { ratio, interval, differs } = against
  const bounds = interval ? `[${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]` : '[one block]'
  const word = !differs ? '' : ratio > 1 ? ' slower' : ' faster'
  return `${differs ? '' : '≈ '}${ratio.toFixed(3)} ${bounds}${word}`
}

/** As its run has it, over its own serial. */
export function formatSpeedup(row: RunRow): string {
  const [speedup, low, high] = ['speedup', 'speedup_ci_low', 'speedup_ci_high'].map((name) => valueOf(row, name))
  if (speedup === '') return ''
  return `${Number(speedup).toFixed(2)} [${Number(low).toFixed(2)}, ${Number(high).toFixed(2)}]`
}

/** The columns in which the rows of a cell differ; of more than two runs with the run that differs. */
function marks({ against }: ComparedCell, others: readonly string[]): string {
  const found = against.map((each) => (each.kind === 'compared' ? each.marks.join(', ') : ''))
  if (found.length === 1) return found[0]
  return found.flatMap((each, i) => (each === '' ? [] : [`${others[i]}: ${each}`])).join('; ')
}

/** In which columns the runs' rows differ, and the values. */
export function environmentTable(runs: readonly ComparedRun[], differences: readonly EnvironmentDifference[]): string {
  const table = new Table({ head: ['differs', ...runs.map(({ letter }) => letter)], style: STYLE })
  for (const { name, values } of differences) table.push([name, ...values])
  return table.toString()
}

/** A row per parameter of a law; a run whose interval is apart from the first run's is named. */
export function lawTable(runs: readonly ComparedRun[], parameters: readonly ComparedParameter[]): string {
  const head = ['experiment', 'series', 'law', 'parameter', ...runs.map(({ letter }) => letter), 'differs']
  const table = new Table({ head, style: STYLE })
  for (const { experiment, series, law, parameter, values, differs } of parameters) {
    const apart = runs.slice(1).filter((_, i) => differs[i])
    table.push([
      experiment,
      series,
      law,
      parameter,
      ...values.map(formatFitted),
      apart.map(({ letter }) => letter).join(', '),
    ])
  }
  return table.toString()
}

function formatFitted(fitted: Fitted | undefined): string {
  if (!fitted) return ''
  const { value, interval } = fitted
  return interval ? `${digits(value)} [${digits(interval.low)}, ${digits(interval.high)}]` : digits(value)
}

const digits = (number: number): string => String(Number(number.toPrecision(3)))

/** A share as a percentage, with no more digits than it has. */
export const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`
