import { FLOAT_BYTES } from '../../kernels/kernel.ts'
import { effects } from '../effects.ts'
import type { Plan, Region } from '../plan.ts'
import { length, overlap, type Span } from '../span.ts'

/** Told of what an instruction reads after another rank has written it. */
export type Received = (from: number, bytes: number) => void

interface Write {
  readonly rank: number
  region: Region
}

/** One of the values that pass through a slot. */
interface Content {
  /** By their first row, once all are there. */
  readonly writes: Write[]
  /** The most rows that one of them has. */
  tallest: number
  /** Who has read it first, and which rectangle: most are read by one rank, and as a whole. */
  reader: number
  rectangle: Region | undefined
  /** The other rectangles that have been read, by the rank that has. */
  others: Map<number, Region[]> | undefined
}

const empty = (): Content => ({
  writes: [],
  tallest: 0,
  reader: NOBODY,
  rectangle: undefined,
  others: undefined,
})

/** More ranks than one write a buffer, or read it; or none does. */
const SEVERAL = -2
const NOBODY = -1

/**
 * Tells of each instruction, if asked rank by rank in the order of its program, what it reads that other ranks have
 * written in a step, each rectangle once however often it is read. Weights that were updated at the end of the step before
 * count too, if another rank updated them.
 */
export function transfersOf(plan: Plan): (rank: number, index: number, received: Received) => void {
  const writer = plan.buffers.map(() => NOBODY)
  const reader = plan.buffers.map(() => NOBODY)
  plan.programs.forEach((program, rank) => {
    for (const instruction of program) {
      const { reads, writes } = effects(instruction)
      for (const region of reads) mark(reader, rank, region)
      for (const region of writes) mark(writer, rank, region)
    }
  })
  /** Most buffers are read by nobody but their writer, and need no further look. */
  const crosses = writer.map(
    (who, buffer) =>
      who !== NOBODY && reader[buffer] !== NOBODY && (who === SEVERAL || who !== reader[buffer]),
  )

  /** Per buffer and slot, by version. */
  const contents = plan.buffers.map(({ slots }, buffer) =>
    crosses[buffer] ? Array.from({ length: slots }, () => new Map<string, Content>()) : [],
  )
  plan.programs.forEach((program, rank) => {
    for (const instruction of program) {
      for (const region of effects(instruction).writes) {
        if (!crosses[region.buffer]) continue
        const slot = contents[region.buffer][region.slot]
        const version = versionOf(region)
        const content = slot.get(version) ?? empty()
        note(content, rank, region)
        slot.set(version, content)
      }
    }
  })
  for (const slots of contents)
    for (const slot of slots)
      for (const { writes } of slot.values()) writes.sort((a, b) => a.region.rows.from - b.region.rows.from)

  return (rank, index, received) => {
    for (const region of effects(plan.programs[rank][index]).reads) {
      if (!crosses[region.buffer] || writer[region.buffer] === rank) continue
      const content = contents[region.buffer][region.slot].get(versionOf(region))
      if (!content || isSeen(content, rank, region)) continue
      const { writes } = content
      for (let at = firstThatMayReach(content, region); at < writes.length; at++) {
        const { rank: from, region: written } = writes[at]
        if (written.rows.from >= region.rows.to) break
        const bytes = from === rank ? 0 : commonFloats(region, written) * FLOAT_BYTES
        if (bytes > 0) received(from, bytes)
      }
    }
  }
}

function mark(who: number[], rank: number, { buffer }: Region): void {
  if (who[buffer] !== rank) who[buffer] = who[buffer] === NOBODY ? rank : SEVERAL
}

/** What the step before has left as `after` is read as `before`. */
const versionOf = ({ version }: Region): string => (version === 'after' ? 'before' : version)

/** The index of the first write that is not wholly above a region: a batch has a thousand writers, and most read only some of it. */
function firstThatMayReach({ writes, tallest }: Content, { rows }: Region): number {
  let [low, high] = [0, writes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (writes[middle].region.rows.from + tallest <= rows.from) low = middle + 1
    else high = middle
  }
  return low
}

/** Notes a write; the microbatches of a rank that lie next to each other are one. */
function note(content: Content, rank: number, region: Region): void {
  const last = content.writes.at(-1)
  if (
    last?.rank === rank &&
    last.region.rows.to === region.rows.from &&
    same(last.region.columns, region.columns)
  ) {
    last.region = { ...last.region, rows: { from: last.region.rows.from, to: region.rows.to } }
  } else {
    content.writes.push({ rank, region })
  }
  content.tallest = Math.max(content.tallest, length(content.writes.at(-1)!.region.rows))
}

/** Whether a rank has read the same rectangle before; it has now. */
function isSeen(content: Content, rank: number, region: Region): boolean {
  if (!content.rectangle) {
    content.reader = rank
    content.rectangle = region
    return false
  }
  if (content.reader === rank && sameRectangle(content.rectangle, region)) return true
  content.others ??= new Map<number, Region[]>()
  const earlier = content.others.get(rank)
  if (earlier?.some((other) => sameRectangle(other, region))) return true
  if (earlier) earlier.push(region)
  else content.others.set(rank, [region])
  return false
}

const sameRectangle = (a: Region, b: Region): boolean => same(a.rows, b.rows) && same(a.columns, b.columns)

const same = (a: Span, b: Span): boolean => a.from === b.from && a.to === b.to

function commonFloats(a: Region, b: Region): number {
  if (!overlap(a.rows, b.rows) || !overlap(a.columns, b.columns)) return 0
  const rows = length({ from: Math.max(a.rows.from, b.rows.from), to: Math.min(a.rows.to, b.rows.to) })
  const columns = length({
    from: Math.max(a.columns.from, b.columns.from),
    to: Math.min(a.columns.to, b.columns.to),
  })
  return rows * columns
}
