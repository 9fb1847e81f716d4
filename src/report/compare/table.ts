import { formatDuration, formatInterval } from '../text/format.ts'
import { plainTable, tableOf, type TextColumn, type TextTable } from '../text/text-table.ts'
import { widthOf } from '../text/wrap.ts'
import { modelOf, type Against, type ComparedCell, type Comparison } from './compare.ts'
import { limitText } from './gate.ts'
import { speedupOf, type ComparedRun } from './run.ts'
import { formatEstimate } from './sentences.ts'

type CellColumn = TextColumn<ComparedCell>

const letterOf = ({ letter }: ComparedRun): string => letter

/** Cells without any ratio are left out. */
const comparedCells = ({ cells }: Comparison): ComparedCell[] =>
  cells.filter(({ against }) => against.some(({ kind }) => kind === 'compared'))

const steps = (runs: readonly ComparedRun[], nameOf = letterOf): CellColumn[] =>
  runs.map((run, i) => [`step ${nameOf(run)}`, ({ rows }) => durationOf(rows[i]?.stepNs)])

const durationOf = (ns: number | undefined): string => (ns === undefined ? '' : formatDuration(ns))

const ratios = ([first, ...others]: readonly ComparedRun[], withInterval = true): CellColumn[] =>
  others.map(({ letter }, i) => [
    `${letter} / ${first.letter}`,
    ({ against }) => formatAgainst(against[i], withInterval),
  ])

/** Numbers with long and with short verdicts stand below each other. */
const VERDICT_WIDTH = 'not slower'.length

function formatAgainst(against: Against, withInterval: boolean): string {
  if (against.kind !== 'compared') return against.kind
  const { ratio, interval, verdict } = against
  const bounds = withInterval && !interval ? ' [one block]' : ''
  const number = formatInterval(ratio, withInterval ? interval : undefined, 3) + bounds
  return `${number} ${verdict.padStart(VERDICT_WIDTH)}`
}

/**
 * All columns: each run's step, the ratios to the first run's, each run's speed-up over its own serial, and marks. With a
 * limit, the last column names the runs that are slower by more than that, or may be.
 *
 * @param nameOf a run in the heads of columns
 */
export function wideTable(comparison: Comparison, nameOf = letterOf): TextTable {
  const { runs, limit } = comparison
  const others = runs.slice(1).map(letterOf)
  return tableOf(comparedCells(comparison), [
    ['cell', ({ label }) => label, 'left'],
    ...steps(runs, nameOf),
    ...ratios(runs),
    ...runs.map(({ letter }, i): CellColumn => [
      `speed-up ${letter}`,
      ({ rows }) => formatEstimate(speedupOf(rows[i])),
    ]),
    ['marks', (cell) => marks(cell, others), 'left'],
    ...(limit === undefined ? [] : [aboveLimit(others, limit)]),
  ])
}

const aboveLimit = (others: readonly string[], limit: number): CellColumn => [
  `above ${limitText(limit)}`,
  ({ against }) =>
    others
      .flatMap((letter, i) => {
        const each = against[i]
        if (each.kind !== 'compared' || each.aboveLimit === false) return []
        return [each.aboveLimit ? letter : `${letter} not known`]
      })
      .join(', '),
  'left',
]

/** The columns in which the rows of a cell differ; of more than two runs with the run that differs. */
function marks({ against }: ComparedCell, others: readonly string[]): string {
  const found = against.map((each) => (each.kind === 'compared' ? each.marks.join(', ') : ''))
  if (found.length === 1) return found[0]
  return found.flatMap((each, i) => (each === '' ? [] : [`${others[i]}: ${each}`])).join('; ')
}

/**
 * The steps and ratios of each cell, under headings that name experiment, model and batch. What does not fit `width` is
 * left out: the intervals first, then the steps.
 */
export function narrowLines(comparison: Comparison, width: number): string[] {
  const { runs } = comparison
  const cells = comparedCells(comparison)
  const name: CellColumn = ['cell', ({ cell }) => cell, 'left']
  const forms = [
    [name, ...steps(runs), ...ratios(runs)],
    [name, ...steps(runs), ...ratios(runs, false)],
    [name, ...ratios(runs, false)],
  ].map((columns) => plainTable(cells, columns, width).split('\n'))
  const [head, ...lines] = forms.find((form) => form.every((line) => widthOf(line) <= width)) ?? forms[forms.length - 1]
  const titles = cells.map(({ experiment, rows }) => `${experiment}, ${modelOf(rows[0]!)}`)
  return [head, ...lines.flatMap((line, i) => (titles[i] === titles[i - 1] ? [line] : ['', titles[i], line]))]
}
