import { fieldsOf } from '../../cells/dimensions.ts'
import { fastestOf } from '../../measure/fastest.ts'
import { EQUAL_WITHIN, isDifferent } from '../../measure/noise.ts'
import { serialOf, soundOf, type Outcome } from '../../measure/outcome.ts'
import { neediest } from '../../plan/read/memory.ts'
import { formatInterval, inMib, listed, percent } from './format.ts'
import { spokenLabel } from '../../cells/labels.ts'
import { isMeasured, isTextbook, type Measured, type Split } from './splits.ts'

/** Speed-ups of grids that combine several kinds of parallelism. */
export interface Combined {
  readonly threads: number
  readonly source: 'simulated' | 'measured'
  readonly grids: readonly { readonly label: string; readonly speedup: number }[]
}

/** What the screen knows of a run beside its splits. */
export interface ShownRun {
  readonly machine: { readonly cores: number }
  /** See `noiseOf`. */
  readonly noise: number | undefined
  /** The outcomes of the experiment `scaling`. */
  readonly outcomes: readonly Outcome[]
  readonly combined?: Combined | undefined
}

/**
 * Answers the textbook's questions from this run; a question without numbers is left out.
 *
 * @param splits on one thread count, the fastest first
 */
export function answers(splits: readonly Split[], threads: number, run: ShownRun): [string, string][] {
  const measured = splits.filter(isMeasured)
  return Object.entries({
    'Faster at all?': notFaster(measured),
    'Which is best?': best(measured),
    [threads === 2 ? 'Why not double?' : `Why not ${threads}x?`]: whyNot(measured, threads),
    'Idle workers?': idle(measured),
    'Too large?': tooLarge(splits, serialOf(run.outcomes)),
    'Combine both?': combine(run),
  }).filter((pair): pair is [string, string] => pair[1] !== undefined)
}

const isFaster = ({ gain, outcome: { differs } }: Measured): boolean => gain.speedup > 1 && differs === true

function notFaster(measured: readonly Measured[]): string | undefined {
  if (measured.length === 0 || measured.some(isFaster)) return undefined
  return measured.some(({ outcome: { differs } }) => differs === undefined)
    ? 'not known: no split is shown to be faster than one thread.'
    : `no: no split is faster than one thread by more than ${percent(EQUAL_WITHIN)}.`
}

/** The splits that cannot be told from the fastest one, where it is faster than one thread. */
function best(measured: readonly Measured[]): string | undefined {
  if (measured.length < 2) return undefined
  const fastest = fastestOf(soundOf(measured.map(({ outcome }) => outcome)))
  const splits = fastest.map(({ cell }) => measured.find(({ outcome }) => outcome.cell === cell)!)
  if (!splits.some(isFaster)) return undefined
  const named = listed(splits.map(({ spoken }) => spoken))
  const rest = splits.length < measured.length ? '; the others are slower' : ''
  return splits.length === 1 ? `${named}${rest}.` : `one of ${named}: not known which${rest}.`
}

/** Smaller shares round to 0 %. */
const LEAST_SHARE = 0.005

/** How the textbook's replicas, or else the fastest split, lose their time. */
function whyNot(measured: readonly Measured[], threads: number): string | undefined {
  const split = measured.find(isTextbook) ?? measured.at(0)
  if (!split) return undefined
  const { speedup, interval, extra, adding, waiting } = split.gain
  const efficiency = interval && { low: interval.low / threads, high: interval.high / threads }
  const differs = isDifferent(efficiency)
  if (differs === false) {
    return `${split.spoken}: ${formatInterval(speedup, interval)} is ${threads} within ${percent(EQUAL_WITHIN)}.`
  }
  if (differs === undefined) {
    return `${split.spoken}: ${formatInterval(speedup, interval)} cannot be told from ${threads} in this run.`
  }
  if (speedup > threads) return `${split.spoken}: ${formatInterval(speedup, interval)} is even more.`
  const losses = [
    [adding, 'adding gradients'],
    [extra - adding, adding > 0 ? 'other extra' : 'extra work'],
    [waiting, 'waiting'],
  ] as const
  const named = losses.filter(([share]) => share >= LEAST_SHARE).map(([share, what]) => `${percent(share)} ${what}`)
  return named.length === 0 ? undefined : `${split.spoken}: ${named.join(', ')}.`
}

function idle(measured: readonly Measured[]): string | undefined {
  const busiest = measured.toSorted((a, b) => a.gain.waiting - b.gain.waiting)
  const layers = measured.find(({ fields }) => fields.mode === 'layer')
  const most = layers ?? busiest.at(-1)
  if (!most) return undefined
  const { waiting, summary } = most.gain
  const told = `${most.spoken}: ${percent(waiting)} waiting (plan ${percent(summary.bubbleFractionIdeal)})`
  if (!layers) return `${told}.`
  const pipeline = busiest.find(({ fields }) => fields.mode === 'pipeline')
  const less =
    pipeline && pipeline.gain.waiting < waiting
      ? `; ${valueOf(pipeline.label.replace('pipeline, ', ''), percent(pipeline.gain.waiting))}`
      : ''
  return `${told}, one works at a time${less}.`
}

/** A name and its number, on one line. */
const valueOf = (name: string, value: string): string => `${name}\u00a0${value}`

function tooLarge(splits: readonly Split[], serial: Outcome | undefined): string | undefined {
  if (!serial || splits.length === 0) return undefined
  const least = splits.reduce((a, b) => (b.bytes < a.bytes ? b : a))
  const layers = splits.find(({ fields }) => fields.mode === 'layer')
  const told = new Set([splits.find(isTextbook), layers, least].filter((split) => split !== undefined))
  const each = [...told].map(({ spoken, bytes }) => valueOf(spoken, inMib(bytes)))
  return `one thread: ${inMib(neediest(serial.cell.plan).bytes)} MiB; ${each.join(', ')}.`
}

function combine({ combined, machine: { cores } }: ShownRun): string | undefined {
  if (!combined || combined.grids.length === 0) return undefined
  const { threads, source, grids } = combined
  const each = grids.map(({ label, speedup }) => valueOf(label, speedup.toFixed(2))).join(', ')
  if (source === 'measured') return `on ${threads} threads: ${each}.`
  return `${cores < threads ? `needs ${threads} cores; simulated` : `simulated on ${threads} threads`}: ${each}.`
}

/** Whether every split trained the same weights as serial, in a sentence or two; empty without splits. */
export function weightsLine(outcomes: readonly Outcome[]): string[] {
  if (outcomes.length === 0) return []
  const [exact, close, different] = (['exact', 'close', 'different'] as const).map((match) => {
    const found = outcomes.filter(({ verdict }) => verdict.match === match)
    return [...new Set(found.map(({ cell }) => spokenLabel(fieldsOf(cell))))].join(', ')
  })
  const others = exact
    ? [close && `${close} (close)`, different && `${different} (different)`]
    : [close && `Close to serial’s weights: ${close}.`, different && `Different: ${different}.`]
  const told = others.filter(Boolean)
  if (!exact) return [told.join(' ')]
  return [`All end with serial’s weights to the bit${told.length === 0 ? '' : `, but ${told.join(', ')}`}.`]
}
