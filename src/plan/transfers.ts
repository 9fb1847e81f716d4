import { effects } from './effects.ts'
import type { Plan, Region } from './plan.ts'
import { length, overlap, type Span } from './span.ts'

const FLOAT_BYTES = 4

/** What an instruction reads after another rank has written it. */
export interface Transfer {
  readonly from: number
  readonly bytes: number
}

interface Write {
  readonly rank: number
  readonly region: Region
}

/** One of the values that pass through a slot. */
interface Content {
  /** By their first row, once all are there. */
  readonly writes: Write[]
  /** The most rows that one of them has. */
  tallest: number
  /** The rectangles of it that the rank at hand has read already. */
  reader: number
  read: Region[]
}

/** More ranks than one write a buffer, or read it; or none does. */
const SEVERAL = -2
const NOBODY = -1

/**
 * Per rank, by the index of the instruction that reads first, what comes from other ranks in a step, each rectangle once
 * however often it is read. Weights that were updated at the end of the step before count too, if another rank updated
 * them.
 */
export function transfersOf(plan: Plan): ReadonlyMap<number, readonly Transfer[]>[] {
  const writer = plan.buffers.map(() => NOBODY)
  const reader = plan.buffers.map(() => NOBODY)
  plan.programs.forEach((program, rank) => {
    for (const instruction of program) {
      const { reads, writes } = effects(instruction)
      for (const region of reads) note(reader, rank, region)
      for (const region of writes) note(writer, rank, region)
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
        const content = slot.get(version) ?? { writes: [], tallest: 0, reader: NOBODY, read: [] }
        content.writes.push({ rank, region })
        content.tallest = Math.max(content.tallest, length(region.rows))
        slot.set(version, content)
      }
    }
  })
  for (const slots of contents)
    for (const slot of slots)
      for (const { writes } of slot.values()) writes.sort((a, b) => a.region.rows.from - b.region.rows.from)

  return plan.programs.map((program, rank) => {
    const transfers = new Map<number, Transfer[]>()
    program.forEach((instruction, index) => {
      for (const region of effects(instruction).reads) {
        if (!crosses[region.buffer] || writer[region.buffer] === rank) continue
        const content = contents[region.buffer][region.slot].get(versionOf(region))
        if (!content || isSeen(content, rank, region)) continue
        const { writes } = content
        for (let at = firstThatMayReach(content, region); at < writes.length; at++) {
          const { rank: from, region: written } = writes[at]
          if (written.rows.from >= region.rows.to) break
          const bytes = from === rank ? 0 : commonFloats(region, written) * FLOAT_BYTES
          if (bytes === 0) continue
          const list = transfers.get(index)
          if (list) list.push({ from, bytes })
          else transfers.set(index, [{ from, bytes }])
        }
      }
    })
    return transfers
  })
}

function note(who: number[], rank: number, { buffer }: Region): void {
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

/** Whether the rank has read the same rectangle before; it has now. */
function isSeen(content: Content, rank: number, region: Region): boolean {
  if (content.reader !== rank) {
    content.reader = rank
    content.read = []
  }
  if (content.read.some((other) => same(other.rows, region.rows) && same(other.columns, region.columns)))
    return true
  content.read.push(region)
  return false
}

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
