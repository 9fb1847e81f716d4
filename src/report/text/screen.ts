import { isAgain } from '../../cells/cell.ts'
import type { Outcome } from '../../measure/outcome.ts'
import { neediest } from '../../plan/read/memory.ts'
import { answers, weightsLine, type Combined } from './answers.ts'
import { formatDuration, percent } from './format.ts'
import { splitLines } from './screen-table.ts'
import { serialOf, shownSplits, splitsOf, threadsOf, withoutResult } from './splits.ts'
import { dim, red, shortened, USUAL_WIDTH, widthOf, wrapped } from './wrap.ts'

/** Everything that the screen shows. */
export interface ScreenResults {
  readonly machine: { readonly cores: number; readonly cpu: string | null; readonly node: string }
  readonly kernel: string
  /** Serial's largest difference from itself, as a share; undefined if it was not measured twice. */
  readonly floor: number | undefined
  /** Known disturbances, as sentences without a period. */
  readonly warnings: readonly string[]
  /** The outcomes of the experiment `scaling`. */
  readonly outcomes: readonly Outcome[]
  readonly combined?: Combined | undefined
  /** The path to show. */
  readonly folder: string
  /** The name of the picture in the folder. */
  readonly picture?: string | undefined
  /** The command that shows the wide table. */
  readonly wideCommand: string
}

/** With more noise than this, splits cannot be told apart. */
const DISTURBING_FLOOR = 0.1
const MOST_ROWS = 8
/** The column of the answers. */
const INDENT = 16
/** Narrower screens have no room for a column of questions. */
const NARROW = 60

/** The screen that ends a run: conditions, a row per split, answers. No line is wider than `width`. */
export function screenLines(results: ScreenResults, width: number): string[] {
  const { machine, floor, outcomes, combined, wideCommand } = results
  const columns = Math.min(width, USUAL_WIDTH)
  const sentence = (text: string) => wrapped(text, columns, 2)
  const reasons = disturbances(results)
  const serial = serialOf(outcomes)
  const counts = outcomes.map(threadsOf)
  const threads = Math.max(1, ...counts.filter((count) => count <= machine.cores))
  const splits = threads === 1 ? [] : splitsOf(outcomes, threads)
  const shown = shownSplits(splits, MOST_ROWS)
  const hidden = splits.length - shown.length
  const told = answers({
    splits,
    threads,
    serialBytes: serial && neediest(serial.cell.plan).bytes,
    floor,
    cores: machine.cores,
    combined,
  })
  const weights = weightsLine(outcomes.filter((each) => threadsOf(each) > 1))
  return [
    ...sentence(headline(results, reasons.length > 0)),
    ...reasons.flatMap((reason) => sentence(reason)).map(red),
    ...sentence(modelLine(serial, threads, reasons.length > 0)),
    ...(threads === 1 ? sentence(nothingToSplit(machine.cores, Math.max(1, ...counts), wideCommand)) : ['']),
    ...(splits.length > 0 ? splitLines(shown, columns, reasons.length > 0) : []),
    ...(hidden > 0 ? sentence(`${hidden} more: ${wideCommand}`).map(dim) : []),
    '',
    ...told.flatMap(([question, answer]) =>
      columns < NARROW ? sentence(`${question} ${answer}`) : wrapped(answer, columns, INDENT, question.padEnd(INDENT)),
    ),
    ...(weights === undefined ? [] : sentence(weights)),
    ...shown.flatMap(({ spoken, outcome: { findings } }) =>
      findings.warnings.flatMap((warning) => sentence(`${spoken}: ${warning}.`)),
    ),
    ...lastLines(results, columns).map(dim),
  ]
}

/** Warnings about a disturbed run; empty in a quiet one. */
function disturbances({ warnings, floor, outcomes }: ScreenResults): string[] {
  const reasons = [
    ...warnings,
    ...(floor !== undefined && floor > DISTURBING_FLOOR
      ? [`serial differs from itself by up to ${percent(floor)}`]
      : []),
    ...(outcomes.some(({ cell, differs }) => isAgain(cell.name) && differs)
      ? ['half of the blocks call serial different from itself']
      : []),
  ]
  if (reasons.length === 0) return []
  return [
    ...reasons.map((reason) => `Disturbed: ${reason}.`),
    'Trust the fastest steps more than the medians; --wait-idle waits until the machine is quiet.',
  ]
}

function headline({ machine, kernel, floor }: ScreenResults, disturbed: boolean): string {
  const { cores, cpu, node } = machine
  const noise = floor === undefined ? 'noise unknown' : `noise ${percent(floor, 1)}`
  return [
    `${cores} ${cores === 1 ? 'core' : 'cores'}${cpu === null ? '' : ` ${cpu}`}`,
    `Node ${/^v?(\d+\.\d+)/.exec(node)?.[1] ?? node}`,
    kernel,
    disturbed ? `disturbed (${noise})` : floor === undefined ? noise : `quiet (${noise})`,
  ].join(' · ')
}

function modelLine(serial: Outcome | undefined, threads: number, disturbed: boolean): string {
  if (!serial) return 'One thread was not measured, so there is nothing to compare with.'
  const { cell, summary, status } = serial
  const { model, batch } = cell.plan
  const fastest = disturbed && summary ? ` (the fastest ${formatDuration(summary.minNs)})` : ''
  const step =
    summary && status === 'ok'
      ? `one thread takes ${formatDuration(summary.medianNs)} a step${fastest}.`
      : `one thread: ${withoutResult(serial)}.`
  return `${widthsText(model.widths)}, batch ${batch}: ${step}${threads > 1 ? ` Now ${threads} threads:` : ''}`
}

/** "784-256x4-10" */
function widthsText(widths: readonly number[]): string {
  const runs: { width: number; count: number }[] = []
  for (const width of widths) {
    const last = runs.at(-1)
    if (last?.width === width) last.count++
    else runs.push({ width, count: 1 })
  }
  return runs.map(({ width, count }) => (count > 1 ? `${width}x${count}` : width)).join('-')
}

function nothingToSplit(cores: number, most: number, wideCommand: string): string {
  if (cores > 1) return 'Only one thread was measured: there is nothing to split. --threads 2 uses two cores.'
  if (most > 1) return `1 core: ${most} threads take turns on it, so none can be faster. Their times: ${wideCommand}`
  return (
    '1 core: there is nothing to split. --threads 2 shows what it costs when threads take turns; ' +
    '`simulate --threads 2,4` predicts what more cores would gain.'
  )
}

/** Where the pictures and the numbers are; on one line if it fits. */
function lastLines({ folder, picture, wideCommand }: ScreenResults, width: number): string[] {
  const where = picture === undefined ? `Results: ${folder}` : `Pictures: ${folder}/${picture}`
  const table = `table: ${wideCommand}`
  const gap = width - widthOf(where) - widthOf(table)
  return gap >= 2 ? [`${where}${' '.repeat(gap)}${table}`] : [where, table].map((line) => shortened(line, width))
}
