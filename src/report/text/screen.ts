import { isSound, serialOf, sessionsOf, type Outcome } from '../../measure/outcome.ts'
import { answers, weightsLine, type ShownRun } from './answers.ts'
import { formatDuration, percent } from './format.ts'
import { lookOf } from './look.ts'
import { shownSplits, splitLines, splitsOf, threadsOf, withoutResult } from './splits.ts'
import { dim, red, shortened, USUAL_WIDTH, widthOf, wrapped } from './wrap.ts'

/** Everything that the screen shows. */
export interface ScreenResults extends ShownRun {
  readonly machine: { readonly cores: number; readonly cpu: string | null; readonly node: string }
  readonly kernel: string
  /** Whether threads were bound to cores. */
  readonly pin: boolean
  /** Known disturbances, as sentences without a period. */
  readonly warnings: readonly string[]
  /** The path to show. */
  readonly folder: string
  /** The name of the picture in the folder. */
  readonly picture?: string | undefined
  /** The command that shows the wide table. */
  readonly wideCommand: string
}

/** With more noise than this, splits cannot be told apart. */
const DISTURBING_NOISE = 0.1
const MOST_ROWS = 8
/** The column of the answers. */
const INDENT = 16
/** Narrower screens have no room for a column of questions. */
const NARROW = 60

/** The screen that ends a run: conditions, a row per split, answers. No line is wider than `width`. */
export function screenLines(results: ScreenResults, width: number): string[] {
  const { machine, outcomes, wideCommand } = results
  const columns = Math.min(width, USUAL_WIDTH)
  const sentences = (...texts: readonly string[]) => texts.flatMap((text) => wrapped(text, columns, 2))
  const reasons = disturbances(results)
  const isDisturbed = reasons.length > 0
  const counts = outcomes.map(threadsOf)
  const threads = Math.max(1, ...counts.filter((count) => count <= machine.cores))
  const splits = threads === 1 ? [] : splitsOf(outcomes, threads)
  const shown = shownSplits(splits, MOST_ROWS)
  const hidden = splits.length - shown.length
  return [
    ...sentences(headline(results, isDisturbed)),
    ...sentences(...reasons).map(red),
    ...sentences(
      modelLine(serialOf(outcomes), threads, isDisturbed),
      threads === 1 ? nothingToSplit(machine.cores, Math.max(1, ...counts), wideCommand) : '',
    ),
    ...splitLines(shown, columns, isDisturbed),
    ...(hidden > 0 ? sentences(`${hidden} more: ${wideCommand}`).map(dim) : []),
    '',
    ...answers(splits, threads, results).flatMap(([question, answer]) =>
      columns < NARROW ? sentences(`${question} ${answer}`) : wrapped(answer, columns, INDENT, question.padEnd(INDENT)),
    ),
    ...sentences(...weightsLine(outcomes.filter((each) => threadsOf(each) > 1 && isCompared(each)))),
    ...shown.flatMap(({ spoken, outcome: { findings } }) =>
      sentences(...findings.warnings.map((warning) => `${spoken}: ${warning}.`)),
    ),
    ...lastLines(results, columns).map(dim),
  ]
}

/** Whether the weights with which a cell ended were compared with serial's. */
const isCompared = (outcome: Outcome): boolean => isSound(outcome) || outcome.status === 'mismatch'

/** Warnings about a disturbed run, and what helps; empty in a quiet one. */
function disturbances({ warnings, noise = 0, outcomes, pin }: ScreenResults): string[] {
  const reasons = [...warnings]
  if (noise > DISTURBING_NOISE) reasons.push(`serial may differ from itself by up to ${percent(noise)}`)
  if (outcomes.some(({ cell, differs }) => cell.again && differs)) {
    reasons.push('serial, measured twice, differs from itself: the intervals are too narrow')
  }
  if (reasons.length === 0) return []
  return [
    ...reasons.map((reason) => `Disturbed: ${reason}.`),
    `Trust the fastest steps more. --wait-idle waits for quiet${pin ? '' : ', --pin binds threads'}.`,
  ]
}

function headline({ machine, kernel, noise, outcomes }: ScreenResults, isDisturbed: boolean): string {
  const { cores, cpu, node } = machine
  const known = noise === undefined ? 'noise not judged' : `noise ${percent(noise, 1)}`
  return [
    `${cores} ${cores === 1 ? 'core' : 'cores'}${cpu === null ? '' : ` ${cpu}`}`,
    `Node ${/^v?(\d+\.\d+)/.exec(node)?.[1] ?? node}`,
    kernel,
    isDisturbed ? `disturbed (${known})` : noise === undefined ? known : `quiet (${known})`,
    ...lookOf(sessionsOf(outcomes)),
  ].join(' · ')
}

function modelLine(serial: Outcome | undefined, threads: number, isDisturbed: boolean): string {
  if (!serial) return 'One thread was not measured, so there is nothing to compare with.'
  const { cell, summary, status } = serial
  const { model, batch } = cell.plan
  const fastest = isDisturbed && summary ? ` (the fastest ${formatDuration(summary.minNs)})` : ''
  const step =
    summary && status === 'ok'
      ? `one thread takes ${formatDuration(summary.medianNs)} a step${fastest}.`
      : `one thread: ${withoutResult(serial)}.`
  return `${widthsText(model.widths)}, batch ${batch}: ${step}${threads > 1 ? ` Now ${threads} threads:` : ''}`
}

/** "784-256x4-10" */
function widthsText(widths: readonly number[]): string {
  const starts = [...widths.keys()].filter((i) => widths[i] !== widths[i - 1])
  return starts
    .map((start, i) => {
      const count = (starts[i + 1] ?? widths.length) - start
      return count > 1 ? `${widths[start]}x${count}` : widths[start]
    })
    .join('-')
}

function nothingToSplit(cores: number, most: number, wideCommand: string): string {
  if (most > cores) {
    const on = cores === 1 ? '1 core: ' : `${cores} cores: `
    return `${on}${most} threads take turns on ${cores === 1 ? 'it, so none can be faster' : 'them'}. Their times: ${wideCommand}`
  }
  if (cores > 1) return 'Only one thread was measured: there is nothing to split. --threads 2 uses two cores.'
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
