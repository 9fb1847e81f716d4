import { fieldsOf } from '../../cells/dimensions.ts'
import { isDifferent } from '../../measure/noise.ts'
import type { Outcome } from '../../measure/outcome.ts'
import { formatInterval, inMib, percent } from './format.ts'
import { spokenLabel } from '../../cells/labels.ts'
import { reducingShare } from './shares.ts'
import { isTextbook, type Measured, type Split } from './splits.ts'

/** Speed-ups of grids that combine several kinds of parallelism. */
export interface Combined {
  readonly threads: number
  readonly source: 'simulated' | 'measured'
  readonly grids: readonly { readonly label: string; readonly speedup: number }[]
}

/** The results behind the answers. */
export interface Shown {
  /** On one thread count, the fastest first. */
  readonly splits: readonly Split[]
  readonly threads: number
  readonly serialBytes: number | undefined
  readonly floor: number | undefined
  readonly cores: number
  readonly combined: Combined | undefined
}

type Answer = readonly [question: string, answer: string]

/** Answers the textbook's questions from this run; a question without numbers is left out. */
export function answers(shown: Shown): Answer[] {
  const measured = shown.splits.filter((split): split is Measured => split.gain !== undefined)
  const double = shown.threads === 2 ? 'Why not double?' : `Why not ${shown.threads}x?`
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['Faster at all?', notFaster(measured)],
    [double, whyNot(measured, shown)],
    ['Idle workers?', idle(measured)],
    ['Too large?', tooLarge(shown)],
    ['Combine both?', combine(shown)],
  ]
  return pairs.flatMap(([question, answer]) => (answer === undefined ? [] : [[question, answer] as const]))
}

const isFaster = ({ gain, outcome: { differs } }: Measured): boolean =>
  gain.speedup > 1 && (differs ?? gain.interval.low > 1)

function notFaster(measured: readonly Measured[]): string | undefined {
  if (measured.length === 0 || measured.some(isFaster)) return undefined
  return 'not shown here: no split beats one thread by more than its interval and the noise.'
}

/** How the textbook's replicas, or else the fastest split, lose their time. */
function whyNot(measured: readonly Measured[], { threads, floor = 0 }: Shown): string | undefined {
  const split = measured.find(isTextbook) ?? measured.at(0)
  if (!split) return undefined
  const { speedup, interval, shares } = split.gain
  const { low, high } = interval
  if (!isDifferent(speedup / threads, { low: low / threads, high: high / threads }, floor)) {
    return `${split.spoken}: ${formatInterval(speedup, interval)} cannot be told from ${threads} in this run.`
  }
  if (speedup > threads) return `${split.spoken}: ${formatInterval(speedup, interval)} is even more.`
  const adding = Math.min(shares.extra, reducingShare(split.outcome))
  const losses = [
    [adding, 'adding gradients'],
    [shares.extra - adding, adding > 0 ? 'other extra' : 'extra work'],
    [shares.waiting, 'waiting'],
  ] as const
  const named = losses.filter(([share]) => share >= LEAST_SHARE).map(([share, what]) => `${percent(share)} ${what}`)
  return named.length === 0 ? undefined : `${split.spoken}: ${named.join(', ')}.`
}

/** Smaller shares round to 0 %. */
const LEAST_SHARE = 0.005

const waiting = ({ gain }: Measured): number => gain.shares.waiting

function idle(measured: readonly Measured[]): string | undefined {
  const [least, ...others] = measured.toSorted((a, b) => waiting(a) - waiting(b))
  if (!least) return undefined
  const layers = measured.find(({ fields }) => fields.mode === 'layer')
  const most = layers ?? others.at(-1) ?? least
  const told = `${most.spoken}: ${percent(waiting(most))} waiting (plan ${percent(most.gain.summary.bubbleFractionIdeal)})`
  if (!layers) return `${told}.`
  const pipeline = [least, ...others].find(({ fields }) => fields.mode === 'pipeline')
  const less = pipeline && waiting(pipeline) < waiting(layers)
  return `${told}, one works at a time${less ? `; ${valueOf(pipeline.label.replace('pipeline, ', ''), percent(waiting(pipeline)))}` : ''}.`
}

/** A name and its number, on one line. */
const valueOf = (name: string, value: string): string => `${name}\u00a0${value}`

function tooLarge({ splits, serialBytes }: Shown): string | undefined {
  if (serialBytes === undefined || splits.length === 0) return undefined
  const least = splits.reduce((a, b) => (b.bytes < a.bytes ? b : a))
  const layers = splits.find(({ fields }) => fields.mode === 'layer')
  const told = new Set([splits.find(isTextbook), layers, least].filter((split) => split !== undefined))
  const each = [...told].map(({ spoken, bytes }) => valueOf(spoken, inMib(bytes)))
  return `one thread: ${inMib(serialBytes)} MiB; ${each.join(', ')}.`
}

function combine({ combined, cores }: Shown): string | undefined {
  if (!combined || combined.grids.length === 0) return undefined
  const { threads, source, grids } = combined
  const each = grids.map(({ label, speedup }) => valueOf(label, speedup.toFixed(2))).join(', ')
  return source === 'measured'
    ? `on ${threads} threads: ${each}.`
    : `${cores < threads ? `needs ${threads} cores; simulated` : `simulated on ${threads} threads`}: ${each}.`
}

/** Says whether every split trained the same weights as serial. */
export function weightsLine(outcomes: readonly Outcome[]): string | undefined {
  if (outcomes.length === 0) return undefined
  const named = (match: Outcome['verdict']['match']) => {
    const found = outcomes.filter(({ verdict }) => verdict.match === match)
    return [...new Set(found.map(({ cell }) => spokenLabel(fieldsOf(cell))))].join(', ')
  }
  const [exact, close, different] = [named('exact'), named('close'), named('different')]
  if (exact === '') {
    return [close && `Close to serial’s weights: ${close}.`, different && `Different: ${different}.`]
      .filter((part) => part !== '')
      .join(' ')
  }
  const but = [close && `${close} (close)`, different && `${different} (different)`].filter((part) => part !== '')
  return `All end with serial’s weights to the bit${but.length === 0 ? '' : `, but ${but.join(', ')}`}.`
}
