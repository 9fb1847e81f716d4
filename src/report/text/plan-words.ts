import { parameterCount } from '../../model/shape.ts'
import type { Forward, Plan } from '../../plan/plan.ts'
import { length, type Span } from '../../plan/span.ts'
import { percent } from './format.ts'
import { wrapped } from './wrap.ts'

/** More ranks than this are told in groups, and no more groups than this. */
const MOST_LINES = 8

/**
 * Who does what, in words: "rank 0: samples 0–29 (30 of 90), the whole model". Ranks that do the same share a line, and
 * where there are many, ranks that do the same with other samples. Layers count from 1.
 */
export function planWords(plan: Plan, width = 80): string[] {
  const ranks = plan.programs.map((_, rank) => partOf(plan, rank))
  const grouped = (key: (part: (typeof ranks)[number]) => string) =>
    joined(ranks, (a, b) => (key(a) === key(b) ? { ...a, ranks: { from: a.ranks.from, to: b.ranks.to } } : undefined))
  const parts = grouped(({ samples, work }) => `${samples}, ${work}`)
  const isShort = parts.length <= MOST_LINES
  const shown = isShort ? parts : grouped(({ share, work }) => `${share}, ${work}`)
  const told = shown.length > MOST_LINES ? shown.slice(0, MOST_LINES - 1) : shown
  const more = plan.programs.length - told[told.length - 1].ranks.to
  return [
    ...told.map(({ ranks: { from, to }, samples, share, work }) => {
      return `${to - from > 1 ? 'ranks' : 'rank'} ${range(from, to)}: ${isShort ? samples : share}, ${work}`
    }),
    ...(more > 0 ? [`… and ${more} more ranks`] : []),
  ].flatMap((line) => wrapped(line, width, 2))
}

/** Makes one of neighbours for which `join` has a result. */
function joined<T>(items: readonly T[], join: (last: T, next: T) => T | undefined): T[] {
  const result: T[] = []
  for (const item of items) {
    const whole = result.length > 0 ? join(result[result.length - 1], item) : undefined
    if (whole === undefined) result.push(item)
    else result[result.length - 1] = whole
  }
  return result
}

/** What one rank does; ranks of the same `share` and `work` differ only in which samples they take. */
function partOf(plan: Plan, rank: number) {
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
  const byKind = new Map<string, number[]>()
  const columnsOf = new Map(forwards.map(({ layer, output }) => [layer, output.columns]))
  for (const [layer, columns] of columnsOf) {
    const kind = length(columns) === widths[layer + 1] ? '' : `columns ${range(columns.from, columns.to)} of `
    byKind.set(kind, [...(byKind.get(kind) ?? []), layer])
  }
  const [first] = byKind.keys()
  if (byKind.size === 1 && columnsOf.size === widths.length - 1)
    return first === '' ? 'the whole model' : `${first}each layer`
  return [...byKind]
    .map(([kind, layers]) => {
      const own = union(layers.map((layer) => ({ from: layer, to: layer + 1 })))
      const names = own.map(({ from, to }) => range(from + 1, to + 1)).join(', ')
      return `${kind === '' && byKind.size > 1 ? 'all of ' : kind}${layers.length > 1 ? 'layers' : 'layer'} ${names}`
    })
    .join(', ')
}

const range = (from: number, to: number): string => (to - from > 1 ? `${from}–${to - 1}` : `${from}`)

const total = (spans: readonly Span[]): number => spans.reduce((sum, span) => sum + length(span), 0)

/** Spans in order, those that touch or overlap joined. */
const union = (spans: readonly Span[]): Span[] =>
  joined(
    spans.toSorted((a, b) => a.from - b.from),
    (a, b) => (b.from <= a.to ? { from: a.from, to: Math.max(a.to, b.to) } : undefined),
  )
