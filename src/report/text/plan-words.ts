import { parameterCount } from '../../model/shape.ts'
import type { Forward, Plan } from '../../plan/plan.ts'
import { length, type Span } from '../../plan/span.ts'
import { percent } from './format.ts'
import { wrapped } from './wrap.ts'

/** More ranks than this are told in groups, and no more groups than this. */
const MOST_LINES = 8

/** What one rank does; ranks of the same `share` and `work` differ only in which samples they take. */
interface Part {
  readonly ranks: Span
  readonly samples: string
  readonly share: string
  readonly work: string
}

/**
 * Who does what, in words: "rank 0: samples 0–29 (30 of 90), the whole model". Ranks that do the same share a line, and
 * where there are many, ranks that do the same with other samples. Layers count from 1.
 */
export function planWords(plan: Plan, width = 80): string[] {
  const ranks = plan.programs.map((_, rank) => partOf(plan, rank))
  const parts = joined(ranks, (a, b) => a.samples === b.samples)
  const isShort = parts.length <= MOST_LINES
  const shown = isShort ? parts : joined(ranks, () => true)
  const told = shown.length > MOST_LINES ? shown.slice(0, MOST_LINES - 1) : shown
  const more = plan.programs.length - told[told.length - 1].ranks.to
  return [
    ...told.map((part) => `${rankNames(part.ranks)}: ${isShort ? part.samples : part.share}, ${part.work}`),
    ...(more > 0 ? [`… and ${more} more ranks`] : []),
  ].flatMap((line) => wrapped(line, width, 2))
}

/** Neighbours that do the same are one. */
function joined(parts: readonly Part[], alike: (a: Part, b: Part) => boolean): Part[] {
  const groups: Part[] = []
  for (const part of parts) {
    const last = groups.at(-1)
    if (last && last.share === part.share && last.work === part.work && alike(last, part))
      groups[groups.length - 1] = { ...last, ranks: { from: last.ranks.from, to: part.ranks.to } }
    else groups.push(part)
  }
  return groups
}

function partOf(plan: Plan, rank: number): Part {
  const { batch } = plan
  const program = plan.programs[rank]
  const forwards = program.filter((each) => each.op === 'forward')
  const gradients = program.filter((each) => each.op === 'backward-weight')
  const samples = union(forwards.map((each) => each.samples))
  const count = total(samples)
  const ranges = samples.map(({ from, to }) => range(from, to)).join(', ')
  const parts = [layersOf(plan, forwards)]
  if (total(union(gradients.map((each) => each.samples))) > count) {
    // With owner-computes the slices of a layer lie in rows, one per layer and rank.
    const weights = gradients.reduce((sum, { rows, gradient }) => sum + length(rows) * length(gradient.columns), 0)
    parts.push(`${percent(weights / parameterCount(plan.model))} of the gradients`)
  }
  return {
    ranks: { from: rank, to: rank + 1 },
    samples: count === batch ? `all ${batch} samples` : `samples ${ranges} (${count} of ${batch})`,
    share: count === batch ? `all ${batch} samples` : `${count} of ${batch} samples each`,
    work: parts.join('; '),
  }
}

/** "the whole model", "layers 3–4", "columns 0–127 of each layer". */
function layersOf({ model: { widths } }: Plan, forwards: readonly Forward[]): string {
  const columnsOf = new Map(forwards.map(({ layer, output }) => [layer, output.columns]))
  const slices = [...columnsOf].map(([layer, columns]) =>
    length(columns) === widths[layer + 1] ? '' : `columns ${range(columns.from, columns.to)} of `,
  )
  const layers = [...columnsOf.keys()]
  const isWhole = layers.length === widths.length - 1
  const kinds = [...new Set(slices)]
  if (isWhole && kinds.length === 1) return kinds[0] === '' ? 'the whole model' : `${kinds[0]}each layer`
  return kinds
    .map((kind) => {
      const own = union(layers.filter((_, i) => slices[i] === kind).map((layer) => ({ from: layer, to: layer + 1 })))
      const names = own.map(({ from, to }) => range(from + 1, to + 1)).join(', ')
      return `${kind === '' && kinds.length > 1 ? 'all of ' : kind}${total(own) > 1 ? 'layers' : 'layer'} ${names}`
    })
    .join(', ')
}

const rankNames = ({ from, to }: Span): string => `${to - from > 1 ? 'ranks' : 'rank'} ${range(from, to)}`

const range = (from: number, to: number): string => (to - from > 1 ? `${from}–${to - 1}` : `${from}`)

const total = (spans: readonly Span[]): number => spans.reduce((sum, span) => sum + length(span), 0)

/** Spans in order, those that touch or overlap joined. */
function union(spans: readonly Span[]): Span[] {
  const spansJoined: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = spansJoined.at(-1)
    if (last && span.from <= last.to)
      spansJoined[spansJoined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) }
    else spansJoined.push(span)
  }
  return spansJoined
}
